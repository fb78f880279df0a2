import json
from datetime import UTC, datetime

import pytest

from bikeshare.errors import UnavailableFeedError
from lambdas.poll_gbfs.documents import Discovery, StationFeed, document_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STATUS = {"station_id": "1", "num_bikes_available": 3}
FEEDS = [
    {"name": "station_information", "url": "https://a/information"},
    {"name": "station_status", "url": "https://a/status"},
    {"name": "free_bike_status", "url": "https://a/bikes"},
]


def read(document: object) -> Discovery | StationFeed:
    """Read a document."""
    return document_of(json.dumps(document).encode(), now=NOW)


class TestDocumentOf:
    @pytest.mark.parametrize(
        "data",
        [
            {"feeds": FEEDS},
            {"en": {"feeds": FEEDS}, "fr": {"feeds": []}},
            {"nb": {"feeds": FEEDS}},
        ],
    )
    def test_finds_the_station_feeds(self, data: object) -> None:
        """GBFS 3 has one list, older versions have one per language."""
        assert read({"ttl": 300, "data": data}) == Discovery(
            ttl_s=300, urls=("https://a/information", "https://a/status")
        )

    @pytest.mark.parametrize("written", [1772366400, "2026-03-01T12:00:00Z"])
    def test_names_a_feed_by_its_own_time(self, written: object) -> None:
        """The same content fetched twice is the same drop."""
        feed = read({"last_updated": written, "ttl": 10, "data": {"stations": [STATUS]}})

        assert isinstance(feed, StationFeed)
        assert feed.key == "stations/station_status/20260301T120000Z.json"
        assert feed.ttl_s == 10

    def test_tells_contents_apart(self) -> None:
        """Some publishers change the counts but not the time."""
        empty, same, full = (
            read({"last_updated": 1772366400, "data": {"stations": [station]}})
            for station in (
                STATUS,
                dict(reversed(STATUS.items())),
                {**STATUS, "num_bikes_available": 4},
            )
        )

        assert empty == same
        assert empty != full

    @pytest.mark.parametrize(
        ("ttl", "expected"), [(None, 60), (-1, 60), ("x", 60), (0, 0), (10**9, 3600)]
    )
    def test_reads_a_ttl_that_makes_sense(self, ttl: object, expected: int) -> None:
        """One mistyped number must not stop the polling for a year."""
        assert read({"ttl": ttl, "data": {"feeds": FEEDS}}).ttl_s == expected

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"<!DOCTYPE html><h1>Maintenance</h1>", "no JSON; it begins '<!DOCTYPE html>"),
            (b'{"data": {"stations": [', "no JSON"),
            (b"[1, 2]", "no GBFS"),
            (b'{"error": "quota"}', "no GBFS"),
            (b'{"data": {}}', "names no station_information"),
            (b'{"data": {"feeds": 5}}', "the list of feeds is no list"),
            (b'{"data": {"feeds": true}}', "the list of feeds is no list"),
            (b'{"data": {"feeds": [{"name": ["x"], "url": "u"}]}}', "names no station_information"),
            (b'{"data": {"en": {"feeds": [{"name": {}}]}}}', "names no station_information"),
            (b'{"data": {"stations": []}}', "lists no station"),
            (b'{"last_updated": 0, "data": {"stations": [{"name": "a"}]}}', "does not say when"),
        ],
    )
    def test_says_what_is_wrong(self, content: bytes, why: str) -> None:
        """It is logged, and the last good state stays."""
        with pytest.raises(UnavailableFeedError, match=why):
            document_of(content, now=NOW)

    def test_an_address_is_no_novel(self) -> None:
        """It goes into the log and the notebook, for each run anew."""
        feeds = [{**feed, "url": f"https://gbfs.example.com/{'x' * 2_000}"} for feed in FEEDS]

        with pytest.raises(UnavailableFeedError, match="2025 characters, more than 2000"):
            read({"data": {"feeds": feeds}})
