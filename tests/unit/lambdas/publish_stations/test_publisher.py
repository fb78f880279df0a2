import gzip
import io
import json
import zipfile
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bikeshare.drops import Drop
from bikeshare.messages import MAX_BODY_BYTES, DropSummary, encode_stations
from bikeshare.stations import Feed
from lambdas.attempt import Surroundings, published_drop
from lambdas.publish_stations.publisher import MAX_FEED_BYTES, publish_station_file
from tests.support.fakes import FakeSender, FakeStore

NOW = datetime(2019, 7, 5, 16, tzinfo=UTC)
FEED_AT = datetime(2019, 7, 5, 15, 54, 17, tzinfo=UTC)
KEY = "stations/status.json"


def feed(*stations: object) -> bytes:
    """A status feed of these stations."""
    return json.dumps({"last_updated": 1562342057, "data": {"stations": stations}}).encode()


def station(number: int, **said: object) -> dict[str, object]:
    """One station's status."""
    return {"station_id": str(number), "num_bikes_available": number, **said}


def publish(content: bytes) -> tuple[DropSummary, FakeSender, FakeStore]:
    """Publish a snapshot that just landed."""
    sender, store = FakeSender(), FakeStore({KEY: content}, received_at=NOW)
    around = Surroundings(
        sender=sender, store=store, zone=ZoneInfo("America/New_York"), now=lambda: NOW
    )
    drop = Drop(key=KEY, version_id="v1", etag="e", size_bytes=0, received_at=NOW)
    return published_drop(drop, "a1", around, publish_station_file), sender, store


class TestPublishStationFile:
    def test_sends_its_stations_and_then_its_summary(self) -> None:
        """The anchor of the counts arrives whole before it is accounted for."""
        summary, sender, _ = publish(feed(*map(station, range(1100))))

        chunks = sender.station_chunks()
        assert [(c.chunk, c.feed, c.feed_at, len(c.stations)) for c in chunks] == [
            (0, Feed.STATUS, FEED_AT, 500),
            (1, Feed.STATUS, FEED_AT, 500),
            (2, Feed.STATUS, FEED_AT, 100),
        ]
        assert [topic for topic, _ in sender.sent] == ["stations"] * 3 + ["drops"]
        assert (summary.rows_read, summary.rows_published, summary.chunks) == (1100, 1100, 3)
        assert summary.first_event_at == summary.last_event_at == FEED_AT

    def test_gzip_is_published_like_plain(self) -> None:
        """Archives of feeds are compressed."""
        _, plain, _ = publish(feed(station(1)))
        _, packed, _ = publish(gzip.compress(feed(station(1))))

        assert packed.station_chunks() == plain.station_chunks()

    def test_a_zip_may_hold_both_feeds(self) -> None:
        """Information and status of one moment, dropped together."""
        names = json.dumps(
            {"last_updated": 1562342014, "data": {"stations": [{"station_id": "1", "name": "A"}]}}
        )
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("station_information.json", names)
            archive.writestr("station_status.json", feed(station(1)))

        summary, sender, _ = publish(packed.getvalue())

        assert [c.feed for c in sender.station_chunks()] == [Feed.INFORMATION, Feed.STATUS]
        assert summary.first_event_at == datetime(2019, 7, 5, 15, 53, 34, tzinfo=UTC)

    def test_a_zip_may_hold_other_feeds_too(self) -> None:
        """Someone who downloads a system's feeds also has gbfs.json, and is told about it."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("gbfs.json", json.dumps({"last_updated": 1, "data": {"feeds": []}}))
            archive.writestr("readme.txt", "x")
            archive.writestr("station_status.json", feed(station(1)))

        summary, sender, _ = publish(packed.getvalue())

        assert (summary.outcome, summary.rows_published) == ("published", 1)
        assert [c.feed for c in sender.station_chunks()] == [Feed.STATUS]
        assert "gbfs.json: The JSON has no data.stations" in (summary.reason or "")
        assert (summary.reason or "").startswith(
            "Not read in the zip, for their names: readme.txt."
        )

    def test_a_zip_without_a_feed_of_stations_is_refused_by_name(self) -> None:
        """The name tells which of many files is meant."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("a/gbfs.json", "[]")

        summary, _, _ = publish(packed.getvalue())

        assert summary.outcome == "refused"
        assert "a/gbfs.json: The file is JSON, but not a GBFS feed" in (summary.reason or "")

    def test_a_bad_station_is_set_aside(self) -> None:
        """The stations around it keep their counts."""
        summary, _, store = publish(feed(station(1), station(2, num_bikes_available=-1), 3))

        assert (summary.rows_read, summary.rows_published) == (3, 1)
        assert summary.rejected == {"not_an_object": 1, "unreadable_number": 1}
        written = store.objects[summary.rejected_key or ""].decode().splitlines()
        assert [line.split(",")[:2] for line in written[1:]] == [
            ["2", "unreadable_number"],
            ["3", "not_an_object"],
        ]

    def test_long_ids_make_smaller_records(self) -> None:
        """No record is larger than its readers were promised."""
        _, sender, _ = publish(
            feed(*(station(n, short_name=f"{n}" * 150) for n in range(100, 600)))
        )

        chunks = sender.station_chunks()
        assert len(chunks) > 1
        assert all(len(encode_stations(chunk)) <= MAX_BODY_BYTES for chunk in chunks)
        assert sum(len(chunk.stations) for chunk in chunks) == 500

    @pytest.mark.parametrize(
        ("content", "hint"),
        [
            (b"", "not whole JSON"),
            (feed(station(1))[:-9], "not whole JSON"),
            (feed(), "lists no station"),
            (b"ride_id,started_at\n", "not whole JSON"),
            (gzip.compress(feed(station(1)))[:-4], "upload it again, whole"),
            (b" " * (MAX_FEED_BYTES + 1), "larger than"),
        ],
    )
    def test_what_is_no_feed_is_refused(self, content: bytes, hint: str) -> None:
        """The last good state stays; the account says why the new one did not come."""
        summary, sender, _ = publish(content)

        assert summary.outcome == "refused"
        assert hint in (summary.reason or "")
        assert sender.station_chunks() == []
