import csv
import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from local_stack.errors import UsageError
from local_stack.sample_day import SampleDay, write_sample_day
from local_stack.sample_day.manhattan import Crossing, grid_of, position_of
from local_stack.sample_day.rides import Day, Journey, nearest_to
from local_stack.sample_day.stations import Station
from tests.support.truth import recompute

DATA = Path(__file__).parents[4] / "shared" / "data"


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> SampleDay:
    """Write one day for all the tests that only read it."""
    return write_sample_day(tmp_path_factory.mktemp("day"), seed=1)


@pytest.fixture(scope="module")
def trips(day: SampleDay) -> list[dict[str, str]]:
    """Return its rows by their published column names."""
    with day.trips.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def stations_in(feed: Path) -> dict[str, dict[str, Any]]:
    """Return the stations of a feed by id."""
    stations = json.loads(feed.read_text())["data"]["stations"]
    return {station["station_id"]: station for station in stations}


def local(text: str) -> datetime:
    """Parse a time of the file."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)


class TestWriteSampleDay:
    """The files of one made-up day."""

    def test_a_seed_decides_every_byte(self, tmp_path: Path) -> None:
        """A demo that shows a fault must show it again."""
        days = [
            write_sample_day(tmp_path / str(number), seed=seed, stations=40)
            for number, seed in enumerate((5, 5, 6))
        ]
        contents = [
            [one.read_bytes() for one in (day.trips, day.station_information, day.station_status)]
            for day in days
        ]
        assert contents[0] == contents[1]
        assert contents[0][0] != contents[2][0]

    def test_its_rows_have_the_form_of_2018_to_2021(self, day: SampleDay) -> None:
        """The demo must show what an operator's own file would show."""
        header, row, *_ = day.trips.read_text().splitlines()

        assert header.startswith('"tripduration","starttime","stoptime","start station id",')
        assert re.fullmatch(
            r'\d+,"2019-06-12 05:0\d:\d\d\.\d{3}0","2019-06-12 05:\d\d:\d\d\.\d{3}0",'
            r'\d+,"[^"]+",40\.\d+,-7[34]\.\d+,\d+,"[^"]+",40\.\d+,-7[34]\.\d+,'
            r'\d+,"(Subscriber|Customer)",\d{4},[012]',
            row,
        )

    def test_every_row_and_station_is_accepted(self, day: SampleDay) -> None:
        """Sample data must not look like faulty data."""
        files = [day.trips, day.station_information, day.station_status]
        truth = recompute(files, received_at=datetime(2026, 1, 1, tzinfo=UTC))

        assert [file.rows_rejected for file in truth.files] == [0, 0, 0]
        assert len(truth.stations) == 320
        assert {station.anchored_at for station in truth.stations.values()} == {day.starts_at}

    def test_it_is_a_whole_working_day(self, trips: list[dict[str, str]], day: SampleDay) -> None:
        """Both rush hours stand out, and nobody rides for a day."""
        hours = Counter(local(trip["starttime"]).hour for trip in trips)
        longest = max(int(trip["tripduration"] or 0) for trip in trips)

        assert 25_000 <= len(trips) <= 40_000
        assert min(hours[8], hours[17], hours[18]) > 1.4 * max(hours[5], hours[12], hours[22])
        assert longest < timedelta(hours=24).total_seconds()
        assert day.ends_at - day.starts_at == timedelta(hours=19)

    def test_only_the_last_rides_are_open(self, trips: list[dict[str, str]]) -> None:
        """A bike that is still out at midnight has departed, so its row is there without an end."""
        still_out = [trip for trip in trips if not trip["stoptime"]]
        ends = ("tripduration", "end station id", "end station name", "end station latitude")

        assert 0 < len(still_out) < 300
        assert {trip[column] for trip in still_out for column in ends} == {""}
        assert min(local(trip["starttime"]).hour for trip in still_out) >= 22

    def test_a_bike_departs_from_where_it_is_but_for_trucks(
        self, trips: list[dict[str, str]]
    ) -> None:
        """A bike is on one ride at a time; one in a hundred was moved in between."""
        ended: dict[str, tuple[datetime, str]] = {}
        sighted = moved = 0
        for trip in trips:
            bike, started_at = trip["bikeid"], local(trip["starttime"])
            if bike in ended:
                at, station = ended[bike]
                assert at <= started_at
                sighted += 1
                moved += station != trip["start station id"]
            if trip["stoptime"]:
                ended[bike] = local(trip["stoptime"]), trip["end station id"]
        assert 0.005 < moved / sighted < 0.02

    def test_short_trips_are_likelier(self, trips: list[dict[str, str]]) -> None:
        """Most rides take about ten minutes."""
        minutes = sorted(int(trip["tripduration"]) / 60 for trip in trips if trip["tripduration"])

        assert 7 < minutes[len(minutes) // 2] < 12
        assert minutes[0] > 1
        assert minutes[len(minutes) * 95 // 100] < 40

    @pytest.mark.parametrize("clock", ["09:00", "18:00"])
    def test_the_city_neither_dries_up_nor_clogs(
        self, day: SampleDay, trips: list[dict[str, str]], clock: str
    ) -> None:
        """A map of one colour shows nothing."""
        status = stations_in(day.station_status)
        bikes = {name: station["num_bikes_available"] for name, station in status.items()}
        for trip in trips:
            if trip["starttime"] <= f"2019-06-12 {clock}":
                bikes[trip["start station id"]] -= 1
            if trip["stoptime"] and trip["stoptime"] <= f"2019-06-12 {clock}":
                bikes[trip["end station id"]] += 1
        docks = {
            name: one["num_bikes_available"] + one["num_docks_available"]
            for name, one in status.items()
        }
        empty = sum(count <= 0 for count in bikes.values())
        full = sum(count >= docks[name] for name, count in bikes.items())
        assert 0.01 < empty / len(bikes) < 0.2
        assert 0.01 < full / len(bikes) < 0.2

    def test_the_morning_fills_the_offices(
        self, day: SampleDay, trips: list[dict[str, str]]
    ) -> None:
        """Bikes flow to midtown before ten and out of it after four."""
        midtown = {
            name
            for name, one in stations_in(day.station_information).items()
            if 40.748 < one["lat"] < 40.763 and -73.984 < one["lon"] < -73.970
        }
        net = Counter(
            {half: sum(
                (trip["end station id"] in midtown) - (trip["start station id"] in midtown)
                for trip in trips
                if first <= local(trip["starttime"]).hour < last
            ) for half, first, last in (("morning", 5, 10), ("evening", 16, 20))}
        )  # fmt: skip
        assert net["morning"] > 200
        assert net["evening"] < -200

    def test_every_dock_of_the_snapshot_is_told(self, day: SampleDay) -> None:
        """Bikes, free docks and what is out of order add up to the capacity, which is 15 to 67."""
        information = stations_in(day.station_information)
        for name, one in stations_in(day.station_status).items():
            docks = sum(value for key, value in one.items() if key.startswith("num_"))
            assert docks == information[name]["capacity"]
            assert 15 <= docks <= 67

    def test_some_stations_are_closed_or_in_disrepair(
        self, day: SampleDay, trips: list[dict[str, str]]
    ) -> None:
        """The map must tell closed from empty, and nobody rides to what is closed."""
        status = stations_in(day.station_status)
        closed = {name for name, one in status.items() if not one["is_renting"]}
        used = {trip["start station id"] for trip in trips} | {
            trip["end station id"] for trip in trips
        }
        assert len(closed) == 2
        assert not closed & used
        assert sum(one["num_bikes_disabled"] > 0 for one in status.values()) == 12

    def test_more_stations_than_crossings_are_refused(self, tmp_path: Path) -> None:
        """Asking for the impossible must not run forever."""
        with pytest.raises(UsageError, match="room for"):
            write_sample_day(tmp_path, seed=1, stations=100_000)

    def test_names_are_unlike(self, day: SampleDay) -> None:
        """A rider tells stations apart by their crossing."""
        names = [one["name"] for one in stations_in(day.station_information).values()]

        assert len(set(names)) == len(names)
        assert sum(re.match(r"[WE] \d+ St & ", name) is not None for name in names) > 200

    @pytest.mark.skipif(not DATA.is_dir(), reason="the borough's outline is not here")
    def test_every_station_is_on_land(self, day: SampleDay) -> None:
        """A dock in the Hudson gives the game away."""
        outlines = manhattan()
        for one in stations_in(day.station_information).values():
            assert any(is_inside(one["lon"], one["lat"], ring) for ring in outlines), one["name"]


def manhattan() -> list[list[list[float]]]:
    """Return the outer rings of the borough."""
    boroughs = json.loads((DATA / "geo" / "boroughs.geojson").read_text())["features"]
    (shape,) = (one for one in boroughs if one["properties"]["BoroName"] == "Manhattan")
    return [polygon[0] for polygon in shape["geometry"]["coordinates"]]


def is_inside(x: float, y: float, ring: list[list[float]]) -> bool:
    """Count the edges to the east of a point."""
    crossed = [
        x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True)
        if (y1 > y) != (y2 > y)
    ]
    return sum(crossed) % 2 == 1


class TestGrid:
    """Where the streets of the grid are."""

    def test_a_known_crossing_is_where_it_is(self) -> None:
        """W 52 St & 11 Ave has had a station since 2013, at 40.76727, -73.99393."""
        lat, lon = position_of(10 * 80.7, -1385)

        assert (lat, lon) == pytest.approx((40.76727, -73.99393), abs=0.0005)

    def test_there_and_back(self) -> None:
        """Both ways of giving a place agree."""
        assert grid_of(*position_of(1234, -567)) == pytest.approx((1234, -567))


def station(name: str, along_m: float, *, capacity: int = 15) -> Station:
    """A station on 5 Avenue."""
    return Station(
        station_id=name,
        short_name=name,
        crossing=Crossing(name, along_m, 290),
        lat=40.7,
        lon=-74.0,
        capacity=capacity,
        bikes_disabled=0,
        docks_disabled=0,
        is_open=True,
        offices=0.5,
        homes=0.5,
    )


class TestDay:
    """What riders do where there is no bike, or no dock."""

    def day(self, *docked: list[int]) -> Day:
        """Three stations on 5 Avenue, 300 m apart, with two docks each."""
        stations = [station(name, 300 * at, capacity=2) for at, name in enumerate("ABC")]
        nearest = [nearest_to(one, stations) for one in stations]
        return Day(stations, Random(1), list(docked), nearest)  # noqa: S311 -- made-up rides

    def test_an_empty_station_sends_riders_to_the_next(self) -> None:
        """Nobody can take a bike that is not there."""
        day = self.day([], [7], [])
        day.depart(0, 0, 2, is_subscriber=True)
        day.arrive_until(3_600_000)

        assert [ride.start.station_id for ride in day.rides] == ["B"]
        assert day.docked == [[], [], [7]]

    def test_without_a_bike_near_by_people_walk(self) -> None:
        """A bike 600 m away is not worth the detour."""
        day = self.day([], [], [7])
        day.depart(0, 0, 1, is_subscriber=True)

        assert (day.journeys, day.docked[2]) == ([], [7])

    def test_a_full_station_sends_riders_on(self) -> None:
        """Nobody can leave a bike where there is no dock."""
        day = self.day([7], [8, 9], [])
        day.depart(0, 0, 1, is_subscriber=True)
        day.arrive_until(3_600_000)

        assert day.rides[0].end is not None
        assert sorted(map(len, day.docked)) == [0, 1, 2]

    def test_a_truck_leaves_no_row(self) -> None:
        """Its bikes reappear elsewhere, as they do in published files."""
        day = self.day([], [], [])
        day.send(60_000, Journey([7, 8], 2, 0))
        day.arrive_until(3_600_000)

        assert (day.rides, day.docked) == ([], [[], [], [7, 8]])
