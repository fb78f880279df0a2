from chalicelib.nearby import Need, Walk, box_around, open_for, reached, reached_object
from geopy.distance import geodesic, great_circle
from hypothesis import given
from hypothesis import strategies as st

from tests.support.served_stations import station_row

HERE = (40.73, -73.98)


def walk(**changes: object) -> Walk:
    """A walk of three blocks from 40.73, -73.98."""
    asked = {
        "lat": HERE[0],
        "lon": HERE[1],
        "radius_m": 780.0,
        "need": Need.ANY,
        "limit": 50,
        "block_m": 260.0,
    }
    return Walk(**(asked | changes))  # type: ignore[arg-type]


class TestReached:
    """Nearest first, in real metres."""

    def test_measures_east_as_well_as_north(self) -> None:
        """A degree of longitude is a quarter shorter here: degrees are not metres."""
        north = station_row("north", lat=HERE[0] + 0.0068, lon=HERE[1])
        east = station_row("east", lat=HERE[0], lon=HERE[1] + 0.0068)

        found = reached([north, east], walk())

        assert [near.row.station_id for near in found] == ["east", "north"]
        assert [round(near.metres) for near in found] == [574, 755]

    def test_leaves_out_what_is_just_beyond(self) -> None:
        """782 m is not within 780 m."""
        beyond = station_row(lat=HERE[0] + 0.00704, lon=HERE[1])

        assert round(geodesic(HERE, (beyond.lat, beyond.lon)).m) == 782
        assert reached([beyond], walk()) == []

    def test_measures_on_the_ellipsoid(self) -> None:
        """To the east the sphere is two metres short, and would take this one in."""
        beyond = station_row(lat=HERE[0], lon=HERE[1] + 0.00924)
        place = (beyond.lat, beyond.lon)
        assert great_circle(HERE, place).m < 780 < geodesic(HERE, place).m

        assert reached([beyond], walk()) == []

    def test_orders_ties_by_id(self) -> None:
        """The same question gets the same answer."""
        twins = [station_row(name, lat=HERE[0], lon=HERE[1]) for name in "ba"]

        assert [near.row.station_id for near in reached(twins, walk())] == ["a", "b"]

    def test_keeps_the_nearest_when_limited(self) -> None:
        """A limit cuts the far end."""
        line = [station_row(str(n), lat=HERE[0] + n / 1000, lon=HERE[1]) for n in range(7)]

        found = reached(reversed(line), walk(limit=2))

        assert [near.row.station_id for near in found] == ["0", "1"]

    def test_cuts_a_single_station_too_many(self) -> None:
        """The smallest list that is cut at all."""
        line = [station_row(str(n), lat=HERE[0] + n / 1000, lon=HERE[1]) for n in range(3)]

        found = reached(line, walk(limit=2))

        assert [near.row.station_id for near in found] == ["0", "1"]

    def test_a_limit_leaves_the_truly_nearest(self) -> None:
        """At the equator the sphere is so far off that it ranks these two the wrong way round."""
        here = (0.0, -78.5)
        north = station_row("north", lat=0.005437, lon=here[1])
        east = station_row("east", lat=here[0], lon=here[1] + 0.005402)
        places = [(row.lat, row.lon) for row in (north, east)]
        assert great_circle(here, places[0]) > great_circle(here, places[1])
        assert geodesic(here, places[0]) < geodesic(here, places[1])

        found = reached([north, east], walk(lat=here[0], lon=here[1], limit=1))

        assert [near.row.station_id for near in found] == ["north"]

    def test_a_limit_leaves_a_station_at_the_very_place(self) -> None:
        """Zero metres are within any reach."""
        twins = [station_row(name, lat=HERE[0], lon=HERE[1]) for name in "ba"]

        assert [near.row.station_id for near in reached(twins, walk(limit=1))] == ["a"]

    def test_passes_over_stations_without_a_place(self) -> None:
        """Nobody can walk there."""
        assert reached([station_row(lat=None, lon=None)], walk()) == []


class TestOpenFor:
    """What counts as having what a rider needs."""

    def test_a_closed_station_is_not_an_empty_one(self) -> None:
        """Bikes that cannot be rented are of no use, nor are docks that accept no returns."""
        shut = station_row(is_renting=False, is_returning=False)

        assert not open_for(Need.BIKE)(shut)
        assert not open_for(Need.EBIKE)(shut)
        assert not open_for(Need.DOCK)(shut)
        assert open_for(Need.ANY)(shut)

    def test_an_unknown_count_is_not_a_promise(self) -> None:
        """Never invented, so never offered."""
        unknown = station_row(
            num_bikes_available=None, num_ebikes_available=None, num_docks_available=None
        )

        assert not open_for(Need.BIKE)(unknown)
        assert not open_for(Need.EBIKE)(unknown)
        assert not open_for(Need.DOCK)(unknown)

    def test_an_open_station_has_what_is_there(self) -> None:
        """A rider who needs an electric bike is not sent to a plain one."""
        only_plain = station_row(num_ebikes_available=0)

        assert [need for need in Need if open_for(need)(station_row())] == list(Need)
        assert open_for(Need.BIKE)(only_plain)
        assert not open_for(Need.EBIKE)(only_plain)

    def test_what_no_feed_said_does_not_close_a_station(self) -> None:
        """Without a snapshot nothing is known about renting; the count still counts."""
        unsaid = station_row(is_renting=None, is_returning=None)

        assert [need for need in Need if open_for(need)(unsaid)] == list(Need)


class TestReachedObject:
    """The distance, in the units that riders use."""

    def test_says_metres_blocks_and_minutes(self) -> None:
        """Minutes are rounded up, so that nobody misses a bike over too low an estimate."""
        (near,) = reached([station_row(lat=HERE[0] + 0.0068, lon=HERE[1])], walk())
        shown = reached_object(near, block_m=260)

        assert (shown["distance_m"], shown["blocks"], shown["walk_minutes"]) == (755.1, 2.9, 10)


class TestBoxAround:
    """The box that the index is asked for."""

    @given(
        lat=st.floats(-89.9, 89.9),
        lon=st.floats(-180, 180),
        bearing=st.floats(0, 360),
        radius_m=st.floats(1, 10_000),
    )
    def test_holds_the_whole_circle(
        self, lat: float, lon: float, bearing: float, radius_m: float
    ) -> None:
        """A station in reach but outside the box would never be found: poles and date line too."""
        edge = geodesic(meters=radius_m).destination((lat, lon), bearing)

        assert box_around(lat, lon, radius_m).contains(edge.latitude, edge.longitude)
