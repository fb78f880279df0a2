"""The recomputation against what is known about published files."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.truth import Truth, recompute

DATA = Path(__file__).parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the published files are not here")


def truth_of(*names: str, time_zone: str = "America/New_York") -> Truth:
    """Recompute the state from these published files."""
    received_at = datetime(2026, 1, 1, tzinfo=UTC)
    return recompute([DATA / name for name in names], received_at=received_at, time_zone=time_zone)


class TestPublishedTripFiles:
    """Rows, faults, newest event and bikes as the publisher's files have them."""

    @pytest.mark.parametrize(
        ("name", "rows", "rejected", "newest_at", "bikes"),
        [
            ("JC-201509-citibike-tripdata.csv", 6668, {}, "2016-05-17T20:11:10Z", 326),
            ("JC-201703-citibike-tripdata.csv.gz", 12201, {}, "2017-04-01T14:01:54Z", 455),
            ("JC-201901-citibike-tripdata.csv.gz", 19676, {}, "2019-02-01T04:08:40.724Z", 434),
            (
                "JC-202102-citibike-tripdata.csv",
                4881,
                {"end_before_start": 4},
                "2021-05-21T19:27:44Z",
                None,
            ),
            ("resaved/JC-20162-citibike-tripdata.csv", 8250, {}, "2016-03-07T21:00:00Z", 254),
        ],
    )
    def test_a_month_of_jersey_city(
        self, name: str, rows: int, rejected: dict[str, int], newest_at: str, bikes: int | None
    ) -> None:
        """Every bike whose newest trip ended at a station is somewhere, exactly once."""
        truth = truth_of(f"citibike_jc/{name}")

        counts = [station.num_bikes_available for station in truth.stations.values()]
        assert (truth.files[0].rows_read, truth.files[0].rejected) == (rows, rejected)
        assert truth.event_clock == datetime.fromisoformat(newest_at)
        assert (sum(count or 0 for count in counts) if None not in counts else None) == bikes

    @pytest.mark.parametrize(
        ("name", "time_zone", "rows", "trips"),
        [
            ("babs/201309_trip_data_20130829-20130905.csv", "America/Los_Angeles", 5349, 5349),
            ("boston/201501-hubway-tripdata.csv", "America/New_York", 7840, 7840),
            ("boston/samples/202301-bluebikes-tripdata.csv", "America/New_York", 5, 5),
            ("boston/samples/202401-bluebikes-tripdata.csv", "America/New_York", 6, 6),
        ],
    )
    def test_other_cities(self, name: str, time_zone: str, rows: int, trips: int) -> None:
        """The rules hold wherever the header differs."""
        truth = truth_of(name, time_zone=time_zone)

        assert (truth.files[0].rows_read, truth.files[0].rows_rejected) == (rows, 0)
        assert truth.trips == trips

    def test_two_months_are_one_history(self) -> None:
        """Bikes of February override January's places, in whatever order the files come."""
        months = [f"citibike_jc/JC-20190{month}-citibike-tripdata.csv.gz" for month in (1, 2)]

        forward, backward = truth_of(*months), truth_of(*reversed(months))
        assert forward.stations == backward.stations
        assert forward.trips == 19676 + 18565


class TestPublishedFeeds:
    """Stations and bikes as the publisher's feeds have them."""

    def test_the_month_before_matches_a_snapshot_by_old_ids(self) -> None:
        """Trips of January precede the snapshot of July: its counts are the answer."""
        truth = truth_of(
            "citibike_jc/JC-201901-citibike-tripdata.csv.gz",
            "gbfs/citibike_2019-07-05/station_information.json",
            "gbfs/citibike_2019-07-05/station_status.json",
        )
        grove = truth.stations["3186"]
        assert (grove.source, "JC005" in grove.aliases) == ("both", True)
        assert {station.anchored_at for station in truth.stations.values()} >= {
            datetime(2019, 7, 5, 15, 54, 17, tzinfo=UTC)
        }

    def test_modern_ids_are_the_same_stations(self) -> None:
        """Of 56 stations, all but a depot and two new ones are those of 2019 under other ids."""
        feeds = [
            f"gbfs/citibike_2019-07-05/station_{kind}.json" for kind in ("information", "status")
        ]
        truth = truth_of("citibike_jc/JC-202102-citibike-tripdata.csv", *feeds)

        unknown = {one.station_id for one in truth.stations.values() if one.source == "trips"}
        assert unknown == {"HB203", "JC106", "SYS035"}
        assert truth.event_clock == datetime(2021, 5, 21, 19, 27, 44, tzinfo=UTC)

    def test_the_feed_before_gbfs(self) -> None:
        """All of Citi Bike in May 2015."""
        truth = truth_of("gbfs/citibike_2015-05-14/citibike_status.json")

        assert (len(truth.stations), truth.stations["72"].num_docks_available) == (329, 30)

    def test_the_newest_of_fourteen_feeds_counts(self) -> None:
        """An archive of a morning gives the state at its end."""
        folder = DATA / "gbfs" / "baywheels_2023-05-10"
        names = [str(path.relative_to(DATA)) for path in sorted(folder.glob("*.gz"))]
        truth = truth_of(*names, time_zone="America/Los_Angeles")

        served = truth.stations["003d58af-e449-4800-aa6d-eb1bba8ad68d"]
        assert (len(truth.stations), served.capacity) == (516, 27)
        assert truth.event_clock == datetime.fromtimestamp(1683737880, UTC)
        assert set(served.aliases) == {"566", "SF-Y7"}
