import pytest
from chalicelib.search.finder import (
    OutsideAreaError,
    PlaceProblemError,
    TooVagueError,
    area_of,
    find_place,
)
from chalicelib.search.names import NameIndex
from chalicelib.settings import Bounds

from tests.support.served_stations import station_row

STATIONS = [
    station_row("1", name="W 52 St & 11 Ave", lat=40.767, lon=-73.994),
    station_row("2", name="E 58 St & 1 Ave (NE Corner)", lat=40.7592, lon=-73.9624),
    station_row("3", name="E 58 St & 1 Ave (NW Corner)", lat=40.7591, lon=-73.9627),
    station_row("4", name="Broadway & E 14 St", lat=40.734, lon=-73.990),
    station_row("5", name="Broadway & W 60 St", lat=40.769, lon=-73.982),
    station_row("6", name=None, lat=40.70, lon=-73.99),
]
AREA = area_of(STATIONS, name="Citi Bike", bounds=None)


def found(text: str) -> str:
    """Return the place that a text leads to."""
    return find_place(text, names=NameIndex(STATIONS), area=AREA).name


class TestFindPlace:
    """One place, or why not."""

    def test_finds_a_crossing(self) -> None:
        """The example of the search box itself."""
        place = find_place("w 52 & 11", names=NameIndex(STATIONS), area=AREA)

        assert (place.lat, place.lon, place.kind) == (40.767, -73.994, "station")

    def test_takes_the_corners_of_one_crossing_for_one_place(self) -> None:
        """Asking which corner would be pedantic."""
        assert found("e 58 & 1") == "E 58 St & 1 Ave (NE Corner)"

    def test_asks_which_of_several_is_meant(self) -> None:
        """A guess would send a rider two miles off."""
        with pytest.raises(TooVagueError) as vague:
            found("broadway")

        assert vague.value.members()["reason"] == "too_vague"
        assert vague.value.suggestions == ["Broadway & E 14 St", "Broadway & W 60 St"]

    def test_says_what_to_try_when_nothing_fits(self) -> None:
        """A refusal that helps."""
        with pytest.raises(PlaceProblemError, match="crossing") as missing:
            found("zzzz")

        assert missing.value.members()["reason"] == "not_found"

    def test_names_the_area_that_a_place_is_outside_of(self) -> None:
        """Boston is not an error, only not here."""
        with pytest.raises(OutsideAreaError, match="Citi Bike") as outside:
            found("42.36, -71.06")

        assert outside.value.members()["reason"] == "outside_area"

    def test_takes_a_longitude_that_comes_first(self) -> None:
        """GeoJSON does so."""
        assert found("-73.98, 40.73") == "40.73000, -73.98000"

    def test_prefers_streets_to_far_whole_numbers(self) -> None:
        """If no streets have the numbers, they are a place after all: one outside."""
        assert found("52 11") == "W 52 St & 11 Ave"
        with pytest.raises(OutsideAreaError):
            found("0,0")

    def test_needs_no_stations_to_read_coordinates(self) -> None:
        """Before the first data there is no area to be outside of."""
        place = find_place("10.5, 20.5", names=NameIndex([]), area=None)

        assert (place.lat, place.lon) == (10.5, 20.5)


class TestAreaOf:
    """Where a system is."""

    def test_comes_from_the_settings_first(self) -> None:
        """An operator knows their own city."""
        bounds = Bounds(west=0, south=0, east=1, north=1)

        area = area_of(STATIONS, name="x", bounds=bounds)

        assert area is not None
        assert area.bounds is bounds
        assert area_of([], name="x", bounds=None) is None
