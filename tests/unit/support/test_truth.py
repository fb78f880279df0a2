import json
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

from tests.support.truth import Truth, recompute

RECEIVED_AT = datetime(2026, 1, 1, tzinfo=UTC)
EIGHT = datetime(2019, 7, 1, 12, 0, tzinfo=UTC)  # 8:00 in New York
WITH_BIKES = "bikeid,starttime,stoptime,start station id,start station name,end station id"
WITH_RIDES = "ride_id,started_at,ended_at,start_station_id,start_station_name,end_station_id"


class Drops:
    """Writes files into a folder and recomputes the state from all of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths: list[Path] = []

    def trips(self, *rows: str, header: str = WITH_BIKES) -> "Drops":
        """Add a trip file."""
        path = self.folder / f"{len(self.paths)}.csv"
        path.write_text("\n".join((header, *rows)))
        self.paths.append(path)
        return self

    def feed(self, *stations: dict[str, Any], at: datetime = EIGHT) -> "Drops":
        """Add a GBFS feed."""
        path = self.folder / f"{len(self.paths)}.json"
        document = {"last_updated": int(at.timestamp()), "data": {"stations": stations}}
        path.write_text(json.dumps(document))
        self.paths.append(path)
        return self

    def truth(self) -> Truth:
        """Recompute the state."""
        return recompute(self.paths, received_at=RECEIVED_AT)

    def bikes(self) -> dict[str, int | None]:
        """Return every station's count."""
        stations = self.truth().stations
        return {name: station.num_bikes_available for name, station in stations.items()}


class TestIdentity:
    """T1: which rows are one trip, and which version of it counts."""

    def test_the_same_trip_any_number_of_times_is_one(self, tmp_path: Path) -> None:
        """An upload repeated by mistake must not move a bike twice."""
        row = "1,2019-07-01 08:00:00,2019-07-01 08:10:00,A,A St,B"
        drops = Drops(tmp_path).trips(row, row).trips(row)

        assert (drops.truth().trips, drops.bikes()) == (1, {"A": 0, "B": 1})

    def test_the_later_end_wins_whatever_the_order(self, tmp_path: Path) -> None:
        """An open trip is closed by its later row, and the row may come first."""
        versions = [
            "1,2019-07-01 08:00:00,,A,A St,",
            "1,2019-07-01 08:00:00,2019-07-01 08:10:00,A,A St,B",
            "1,2019-07-01 08:00:00,2019-07-01 08:10:00,A,A St,C",
        ]
        for number, order in enumerate(permutations(versions)):
            (folder := tmp_path / str(number)).mkdir()
            assert Drops(folder).trips(*order).bikes() == {"A": 0, "B": 0, "C": 1}

    def test_a_file_s_own_trip_id_is_the_key(self, tmp_path: Path) -> None:
        """Two rides that start in the same second are two."""
        drops = Drops(tmp_path).trips(
            "R1,2019-07-01 08:00:00,,A,A St,", "R2,2019-07-01 08:00:00,,A,A St,", header=WITH_RIDES
        )
        assert drops.truth().trips == 2


class TestBikesWithoutSnapshot:
    """T3 and T5: what trips alone can show."""

    def test_a_bike_is_where_its_newest_trip_left_it(self, tmp_path: Path) -> None:
        """Files are not sorted, and a truck may have moved the bike in between."""
        drops = Drops(tmp_path).trips(
            "1,2019-07-01 09:00:00,2019-07-01 09:10:00,C,C St,D",
            "1,2019-07-01 08:00:00,2019-07-01 08:10:00,A,A St,B",
            "2,2019-07-01 08:00:00,2019-07-01 08:10:00,A,A St,D",
        )
        assert drops.bikes() == {"A": 0, "B": 0, "C": 0, "D": 2}

    def test_a_bike_on_a_ride_or_nowhere_is_docked_nowhere(self, tmp_path: Path) -> None:
        """Counting a bike that is out would send a rider to an empty dock."""
        drops = Drops(tmp_path).trips(
            "1,2019-07-01 07:00:00,2019-07-01 07:10:00,A,A St,B",
            "1,2019-07-01 08:00:00,,B,B St,",
            "2,2019-07-01 07:00:00,2019-07-01 07:10:00,A,A St,B",
            "2,2019-07-01 08:00:00,2019-07-01 08:10:00,B,B St,",
        )
        assert drops.bikes() == {"A": 0, "B": 0}

    def test_rides_without_bike_ids_leave_the_count_unknown(self, tmp_path: Path) -> None:
        """An invented number is worse than none (T5)."""
        drops = Drops(tmp_path).trips(
            "R1,2019-07-01 08:00:00,2019-07-01 08:10:00,A,A St,B", header=WITH_RIDES
        )
        station = drops.truth().stations["B"]
        assert (station.num_bikes_available, station.drift, station.source) == (None, None, "trips")


class TestSnapshots:
    """T4 and T6: counting on from what the operator published."""

    def test_events_after_the_snapshot_count_from_it(self, tmp_path: Path) -> None:
        """Strictly after: what happened in its second is already in it."""
        drops = Drops(tmp_path).feed({"station_id": "A", "num_bikes_available": 5})
        drops.trips(
            "R1,2019-07-01 07:50:00,2019-07-01 08:00:00,B,B St,A",
            "R2,2019-07-01 08:00:00,2019-07-01 08:00:01,A,A St,A",
            "R3,2019-07-01 08:20:00,2019-07-01 08:30:00,A,A St,B",
            "R4,2019-07-01 08:20:00,,A,A St,",
            header=WITH_RIDES,
        )
        assert drops.bikes() == {"A": 4, "B": None}

    def test_the_newest_snapshot_anchors(self, tmp_path: Path) -> None:
        """An archive of snapshots may be uploaded in any order."""
        nine = EIGHT.replace(hour=13)
        drops = Drops(tmp_path).feed({"station_id": "A", "num_bikes_available": 5}, at=nine)
        drops.feed({"station_id": "A", "num_bikes_available": 9})
        drops.trips("1,2019-07-01 08:30:00,2019-07-01 08:40:00,A,A St,B")

        station = drops.truth().stations["A"]
        assert (station.num_bikes_available, station.anchored_at) == (5, nine)
        assert drops.truth().event_clock == nine

    def test_the_answer_is_held_and_the_rest_is_drift(self, tmp_path: Path) -> None:
        """No dock holds more bikes than it has docks, or fewer than none."""
        drops = Drops(tmp_path).feed(
            {"station_id": "A", "num_bikes_available": 0},
            {"station_id": "B", "num_bikes_available": 2},
        )
        drops.feed({"station_id": "A", "capacity": 2}, {"station_id": "B", "capacity": 2})
        drops.trips("1,2019-07-01 08:30:00,2019-07-01 08:40:00,A,A St,B")

        stations = drops.truth().stations.values()
        found = {
            one.station_id: (one.num_bikes_available, one.unheld, one.drift) for one in stations
        }
        assert found == {"A": (0, -1, -1), "B": (2, 3, 1)}

    def test_disabled_bikes_and_docks_are_no_free_docks(self, tmp_path: Path) -> None:
        """A rider cannot return a bike to a dock that a broken one holds (T6)."""
        status = {"num_bikes_disabled": 2, "num_docks_disabled": 1}
        drops = Drops(tmp_path).feed(
            {"station_id": "A", "num_bikes_available": 5, **status},
            {"station_id": "B", "num_bikes_available": 9, **status},
            {"station_id": "C", "num_bikes_available": 1},
        )
        drops.feed({"station_id": "A", "capacity": 20}, {"station_id": "B", "capacity": 10})

        docks = {one.station_id: one.num_docks_available for one in drops.truth().stations.values()}
        assert docks == {"A": 12, "B": 0, "C": None}


class TestStations:
    """T9 and T10: what a station is called, and what it is."""

    def test_the_newest_row_names_a_station(self, tmp_path: Path) -> None:
        """Stations are renamed; the rider looks for the sign that is there now (T9)."""
        drops = Drops(tmp_path).trips(
            "1,2019-07-02 08:00:00,,A,New St,", "2,2019-07-01 08:00:00,,A,Old St,"
        )
        assert drops.truth().stations["A"].name == "New St"

        drops.feed({"station_id": "A", "name": "Sign St", "lat": 40.7, "lon": -74.0})
        station = drops.truth().stations["A"]
        assert (station.name, station.lat, station.lon, station.source) == (
            "Sign St", 40.7, -74.0, "both",
        )  # fmt: skip

    def test_one_dock_of_several_ids_is_one_station(self, tmp_path: Path) -> None:
        """3186, JC005 and a UUID are Grove St PATH, whichever file uses which (T10)."""
        grove_2019 = {"station_id": "3186", "short_name": "JC005", "capacity": 40}
        grove_2025 = {"station_id": "uuid", "short_name": "JC005", "capacity": 42}
        drops = Drops(tmp_path).trips("1,2019-07-01 07:00:00,2019-07-01 07:10:00,A,A St,3186")
        drops.trips("R,2019-07-01 07:00:00,2019-07-01 07:10:00,B,B,JC005", header=WITH_RIDES)
        drops.feed(grove_2025, at=EIGHT.replace(year=2025)).feed(grove_2019)

        station = drops.truth().stations["uuid"]
        assert (station.aliases, station.capacity) == (("3186", "JC005"), 42)
        assert (station.num_bikes_available, station.num_docks_available) == (1, 41)
        assert set(drops.truth().stations) == {"A", "B", "uuid"}

    def test_an_id_of_two_stations_in_one_feed_joins_neither(self, tmp_path: Path) -> None:
        """A publisher's mistake must not make one dock of two."""
        drops = Drops(tmp_path).feed(
            {"station_id": "A", "short_name": "X", "legacy_id": "B"},
            {"station_id": "B", "short_name": "X"},
        )
        assert set(drops.truth().stations) == {"A", "B"}
