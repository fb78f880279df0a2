import json

import pytest

from bikeshare.stations import StationInformation, StationStatus
from tests.support.station_feeds import feed, only, read, status


class TestOddStations:
    @pytest.mark.parametrize(
        "reported",
        [18001, 0, None, "", "never", 1562342057 + 90_000, 10**30, -(10**14), -(10**30), True],
    )
    def test_a_report_that_cannot_be_is_left_out(self, reported: object) -> None:
        """Stations that never reported say 18001: five hours into 1970."""
        station = only(feed(status(last_reported=reported)))

        assert isinstance(station, StationStatus)
        assert station.last_reported is None

    def test_a_report_a_little_ahead_is_kept(self) -> None:
        """Station clocks differ from the feed's by minutes."""
        station = only(feed(status(last_reported=1562342057 + 60)))

        assert isinstance(station, StationStatus)
        assert station.last_reported == "2019-07-05T15:55:17.000000Z"

    def test_ids_stay_texts(self) -> None:
        """A numeric type would merge the stations 8358.10 and 8358.1."""
        (snapshot,) = read(
            b'{"last_updated": 1562342057, "data": {"stations": ['
            b'{"station_id": 8358.10, "num_bikes_available": 1},'
            b'{"station_id": 8358.1, "num_bikes_available": 2}]}}'
        )

        assert [station.station_id for station in snapshot.stations] == ["8358.10", "8358.1"]

    def test_an_alias_that_two_stations_claim_is_nobodys(self) -> None:
        """Trips to it could belong to either; guessing would move bikes between docks."""
        (snapshot,) = read(
            feed(
                {"station_id": "1", "name": "A", "short_name": "X", "legacy_id": "9"},
                {"station_id": "2", "name": "B", "short_name": "X", "legacy_id": "1"},
            )
        )

        assert [station.aliases for station in snapshot.stations] == [("9",), ()]

    def test_a_station_that_is_listed_twice_keeps_its_aliases(self) -> None:
        """No other station claims them, so trips by its old id are still its own."""
        twice = {"station_id": "u1", "name": "A", "short_name": "JC005", "legacy_id": "3186"}
        (snapshot,) = read(feed(twice, twice))

        assert [station.aliases for station in snapshot.stations] == [("3186", "JC005")] * 2

    @pytest.mark.parametrize(
        ("lat", "lon"),
        [(0, 0), (None, -74.0), (91, -74.0), ("", ""), ("N/A", -74.0), (True, 1), (40.7, [])],
    )
    def test_a_station_without_a_position_is_a_station(self, lat: object, lon: object) -> None:
        """Its counts are good although it cannot be drawn yet."""
        station = only(feed({"station_id": "1", "name": "A", "lat": lat, "lon": lon}))

        assert isinstance(station, StationInformation)
        assert (station.lat, station.lon) == (None, None)

    def test_a_decimal_comma_is_a_position_as_in_trips(self) -> None:
        """Otherwise a dock would be on the map by its trips but not by its feed."""
        station = only(feed({"station_id": "1", "name": "A", "lat": "40,7", "lon": "-74,1"}))

        assert isinstance(station, StationInformation)
        assert (station.lat, station.lon) == (40.7, -74.1)

    @pytest.mark.parametrize("capacity", [-1, "unlimited", 1.5, 10**12])
    def test_a_capacity_that_is_none_leaves_a_station_its_place(self, capacity: object) -> None:
        """It is drawn with its bikes, and its docks are unknown."""
        station = only(feed({"station_id": "1", "name": "A", "capacity": capacity}))

        assert isinstance(station, StationInformation)
        assert (station.name, station.capacity) == ("A", None)

    @pytest.mark.parametrize(
        "key",
        ["num_ebikes_available", "num_bikes_disabled", "num_docks_available", "num_docks_disabled"],
    )
    def test_only_the_bikes_must_be_readable(self, key: str) -> None:
        """A good count of bikes is not lost because of what else a feed says."""
        station = only(feed(status(**{key: "N/A"})))

        assert isinstance(station, StationStatus)
        assert (station.num_bikes_available, getattr(station, key)) == (5, None)

    def test_capacity_zero_is_not_unknown(self) -> None:
        """Citi Bike lists stations that have no docks yet."""
        station = only(feed({"station_id": "1", "name": "A", "capacity": 0}))

        assert isinstance(station, StationInformation)
        assert station.capacity == 0

    def test_a_name_within_names_is_none(self) -> None:
        """Deeply nested names would otherwise stop the feed."""
        name: object = "A"
        for _ in range(450):
            name = [{"text": name}]

        station = only(feed({"station_id": "1", "name": name}))

        assert isinstance(station, StationInformation)
        assert station.name is None

    @pytest.mark.parametrize("count", ["12", 12.0, 12])
    def test_counts_in_other_dress(self, count: object) -> None:
        """Some feeds quote their numbers."""
        station = only(feed(status(num_bikes_available=count)))

        assert isinstance(station, StationStatus)
        assert station.num_bikes_available == 12

    def test_half_a_letter_does_not_stop_the_feed(self) -> None:
        """JSON can escape what UTF-8 cannot encode."""
        station = only(feed({"station_id": "1", "name": "A\ud800\u0000B"}))

        assert isinstance(station, StationInformation)
        assert station.name == "A\ufffd B"

    @pytest.mark.parametrize(
        ("station", "reason"),
        [
            ("3186", "not_an_object"),
            (None, "not_an_object"),
            ({"num_bikes_available": 5}, "no_station_id"),
            (status(station_id=""), "no_station_id"),
            (status(station_id=True), "no_station_id"),
            (status(num_bikes_available="many"), "unreadable_number"),
            (status(num_bikes_available=-1), "unreadable_number"),
            (status(num_bikes_available=1.5), "unreadable_number"),
            (status(num_bikes_available=True), "unreadable_number"),
            (status(num_bikes_available=10**12), "unreadable_number"),
            (status(station_id="x" * 1001), "line_too_long"),
        ],
    )
    def test_a_bad_station_is_set_aside(self, station: object, reason: str) -> None:
        """It never stops the stations around it."""
        (snapshot,) = read(feed(station, status(station_id="2")))

        assert [each.station_id for each in snapshot.stations] == ["2"]
        assert [(bad.number, bad.error.reason) for bad in snapshot.rejected] == [(1, reason)]
        assert json.loads(snapshot.rejected[0].text) == station

    def test_not_a_number_is_no_position(self) -> None:
        """Python's JSON parser reads NaN; a database would take it for a place."""
        (snapshot,) = read(
            b'{"last_updated": 1562342057, "data": {"stations": ['
            b'{"station_id": "1", "name": "A", "lat": NaN, "lon": -74.0}]}}'
        )

        assert [(each.lat, each.lon) for each in snapshot.stations] == [(None, None)]  # type: ignore[union-attr]

    def test_a_number_that_nothing_can_hold_is_set_aside_at_once(self) -> None:
        """Converting it to an integer first would take a minute and more memory than there is."""
        (snapshot,) = read(
            b'{"last_updated": 1562342057, "data": {"stations": ['
            b'{"station_id": "1", "num_bikes_available": 1e999999},'
            b'{"station_id": "2", "num_bikes_available": 2, "last_reported": 1e999999}]}}'
        )

        assert [str(bad.error.reason) for bad in snapshot.rejected] == ["unreadable_number"]
        assert json.loads(snapshot.rejected[0].text)["num_bikes_available"] == "1E+999999"
        assert [each.station_id for each in snapshot.stations] == ["2"]

    def test_what_is_set_aside_keeps_its_id(self) -> None:
        """Fixed and dropped again, 8358.10 must not come back as 8358.1."""
        (snapshot,) = read(
            b'{"last_updated": 1562342057, "data": {"stations": ['
            b'{"station_id": 8358.10, "num_bikes_available": 1.5}]}}'
        )

        assert json.loads(snapshot.rejected[0].text) == {
            "station_id": "8358.10",
            "num_bikes_available": 1.5,
        }
