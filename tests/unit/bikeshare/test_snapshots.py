import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bikeshare.errors import UnreadableFileError
from bikeshare.snapshots import Snapshot
from bikeshare.stations import Feed, StationInformation, StationStatus
from tests.support.station_feeds import feed, only, read, status

DATA = Path(__file__).parents[3] / ".." / "shared" / "data" / "gbfs"


class TestGbfs1:
    def test_status(self) -> None:
        """Flags are 0 and 1, times are Unix seconds; this is Citi Bike in 2019."""
        (snapshot,) = read(
            feed(
                status(
                    num_ebikes_available=0,
                    num_bikes_disabled=1,
                    num_docks_disabled=0,
                    is_installed=1,
                    is_renting=1,
                    is_returning=0,
                    last_reported=1562341725,
                )
            )
        )

        assert snapshot == Snapshot(
            feed=Feed.STATUS,
            feed_at=datetime(2019, 7, 5, 15, 54, 17, tzinfo=UTC),
            stations=(
                StationStatus(
                    station_id="3186",
                    num_bikes_available=5,
                    num_ebikes_available=0,
                    num_bikes_disabled=1,
                    num_docks_available=36,
                    num_docks_disabled=0,
                    is_installed=True,
                    is_renting=True,
                    is_returning=False,
                    last_reported="2019-07-05T15:48:45.000000Z",
                ),
            ),
            rejected=(),
        )

    def test_information(self) -> None:
        """Ids that a trip file may use instead are learnt here."""
        station = {
            "station_id": "3186",
            "external_id": "66db33fc-0aca-11e7-82f6-3863bb44ef7c",
            "name": " Grove St PATH ",
            "short_name": "JC005",
            "legacy_id": 3186,
            "lat": 40.71958611647166,
            "lon": -74.04311746358871,
            "capacity": 42,
        }

        assert only(feed(station)) == StationInformation(
            station_id="3186",
            aliases=("66db33fc-0aca-11e7-82f6-3863bb44ef7c", "JC005"),
            name="Grove St PATH",
            lat=40.71958611647166,
            lon=-74.04311746358871,
            capacity=42,
        )


class TestGbfs2:
    def test_flags_are_booleans_and_bikes_may_be_vehicles(self) -> None:
        """Oslo's 2.3 feed counts vehicles."""
        station = only(
            feed(
                {
                    "station_id": "493",
                    "num_vehicles_available": 7,
                    "num_docks_available": 3,
                    "is_renting": True,
                    "is_returning": False,
                }
            )
        )

        assert isinstance(station, StationStatus)
        assert (station.num_bikes_available, station.is_renting, station.is_returning) == (
            7,
            True,
            False,
        )
        assert station.is_installed is None


class TestGbfs3:
    def test_information(self) -> None:
        """Names have one text per language, times are RFC 3339."""
        document = feed(
            {
                "station_id": "s1",
                "name": [{"text": "Grove St", "language": "en"}, {"text": "Rue", "language": "fr"}],
                "short_name": [{"text": "JC005", "language": "en"}],
                "lat": 40.7,
                "lon": -74.0,
            },
            last_updated="2023-07-17T13:34:13+02:00",
        )

        (snapshot,) = read(document)

        assert snapshot.feed_at == datetime(2023, 7, 17, 11, 34, 13, tzinfo=UTC)
        assert snapshot.stations == (
            StationInformation(
                station_id="s1", aliases=("JC005",), name="Grove St", lat=40.7, lon=-74.0
            ),
        )

    def test_status(self) -> None:
        """Vehicles instead of bikes throughout."""
        station = only(
            feed(
                {
                    "station_id": "s1",
                    "num_vehicles_available": 2,
                    "num_vehicles_disabled": 1,
                    "last_reported": "2019-07-05T15:50:00Z",
                }
            )
        )

        assert station == StationStatus(
            station_id="s1",
            num_bikes_available=2,
            num_bikes_disabled=1,
            last_reported="2019-07-05T15:50:00.000000Z",
        )


class TestTellingFeedsApart:
    def test_a_status_that_names_its_stations_is_only_a_status(self) -> None:
        """As the newest information, it would leave every dock without a place or capacity."""
        (snapshot,) = read(feed(status(), status(station_id="2", name="B")))

        assert (snapshot.feed, len(snapshot.stations)) == (Feed.STATUS, 2)

    def test_one_that_places_them_is_both(self) -> None:
        """Both feeds in one file is more than GBFS promises, and just as good."""
        both = read(feed(status(name="B", lat=40.7, lon=-74.1, capacity=41)))

        assert [snapshot.feed for snapshot in both] == [Feed.INFORMATION, Feed.STATUS]

    @pytest.mark.parametrize("written", ["2019-07-05T15:54:17Z", "2019-07-05t15:54:17z"])
    def test_a_moment_is_told_in_either_case(self, written: str) -> None:
        """RFC 3339, used by GBFS 3, allows both."""
        (snapshot,) = read(feed(status(), last_updated=written))

        assert snapshot.feed_at == datetime(2019, 7, 5, 15, 54, 17, tzinfo=UTC)


class TestUnreadableFeeds:
    @pytest.mark.parametrize(
        ("document", "hint"),
        [
            (b"", "not whole JSON"),
            (b'{"last_updated": 1562342057, "data": {"stati', "not whole JSON"),
            (b"\xff\xfe\xfd", "not whole JSON"),
            (b"[" * 100_000, "not whole JSON"),
            (b"1" * 5000, "not whole JSON"),
            (b'{"a": 1e99999999999999999999}', "not whole JSON"),
            ([1, 2], "not a GBFS feed"),
            ({"last_updated": 1, "data": {"bikes": []}}, "no data.stations"),
            (feed(), "lists no station"),
            ({"data": {"stations": {}}}, "lists no station"),
            ({"executionTime": "x", "stationBeanList": None}, "lists no station"),
            (feed(status(), last_updated=None), "does not say when"),
            (feed(status(), last_updated=0), "does not say when"),
            (feed(status(), last_updated="soon"), "does not say when"),
            (feed(status(), last_updated=4102444800), "more than a day after it arrived"),
            (feed({"station_id": "1"}), "neither a name nor a count"),
            ({"executionTime": "noon", "stationBeanList": [{}]}, "does not say when"),
        ],
    )
    def test_is_refused_with_what_to_do(self, document: object, hint: str) -> None:
        """Nothing of such a file may be applied: it has no time or no stations."""
        with pytest.raises(UnreadableFileError, match=hint):
            read(document)

    def test_milliseconds_are_read_as_such(self) -> None:
        """Some feeds use them, against the standard."""
        (snapshot,) = read(feed(status(), last_updated=1562342057000))

        assert snapshot.feed_at == datetime(2019, 7, 5, 15, 54, 17, tzinfo=UTC)


def published_feeds() -> Iterator[tuple[str, list[tuple[Feed, int]]]]:
    """Real feeds, and how many stations the outside description says are in them."""
    yield "baywheels_2023-05-10/station_information.json.gz", [(Feed.INFORMATION, 516)]
    yield "baywheels_2023-05-10/station_status_1683727656.json.gz", [(Feed.STATUS, 516)]
    yield (
        "citibike_2015-05-14/citibike_status.json",
        [(Feed.INFORMATION, 329), (Feed.STATUS, 329)],
    )
    yield "citibike_2019-07-05/station_information.json", [(Feed.INFORMATION, 845)]
    yield "citibike_2019-07-05/station_status.json", [(Feed.STATUS, 845)]
    yield "citibike_2025-04-07/station_information.json", [(Feed.INFORMATION, 2233)]


class TestPublishedFeeds:
    @pytest.mark.parametrize(("name", "expected"), list(published_feeds()))
    def test_every_station_is_read(self, name: str, expected: list[tuple[Feed, int]]) -> None:
        """The counts are those of the files' own description, made by someone else."""
        path = DATA / name
        if not path.exists():
            pytest.skip(f"the development data ({name}) is not on this machine")
        content = path.read_bytes()

        snapshots = read(gzip.decompress(content) if path.suffix == ".gz" else content)

        assert [(s.feed, len(s.stations)) for s in snapshots] == expected
        assert not any(snapshot.rejected for snapshot in snapshots)

    def test_an_old_id_and_a_new_one_are_one_station(self) -> None:
        """T10: 3186 in the files until 2021 is JC005 in later ones."""
        path = DATA / "citibike_2019-07-05/station_information.json"
        if not path.exists():
            pytest.skip("the development data is not on this machine")
        (snapshot,) = read(path.read_bytes())

        (grove_st,) = (each for each in snapshot.stations if each.station_id == "3186")

        assert "JC005" in grove_st.aliases
