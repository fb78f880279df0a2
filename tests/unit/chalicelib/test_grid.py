from chalicelib.grid import Grid
from chalicelib.queries import StationRow
from chalicelib.settings import Bounds
from hypothesis import given
from hypothesis import strategies as st

from tests.support.served_stations import station_row

# Finer than the cells, and dense where cells, signs and the date line meet.
PLACES = st.tuples(
    st.sampled_from([-90.0, -0.005, 0.0, 40.7, 89.99]) | st.floats(-90, 90),
    st.sampled_from([-180.0, -179.995, -0.005, 0.0, 179.995, 180.0]) | st.floats(-180, 180),
)
REACH = st.sampled_from([0.0, 0.001, 0.01, 0.5, 200.0])


def wrapped(lon: float) -> float:
    """Return a longitude wrapped around the globe."""
    return (lon + 180) % 360 - 180


def box(place: tuple[float, float], reach: float) -> Bounds:
    """A box around a place; it may span the date line."""
    lat, lon = place
    south, north = max(-90.0, lat - reach), min(90.0, lat + reach)
    return Bounds(west=wrapped(lon - reach), south=south, east=wrapped(lon + reach), north=north)


def city(places: list[tuple[float, float]]) -> list[StationRow]:
    """Stations at these places, and one without a place."""
    rows = [station_row(str(n), lat=lat, lon=lon) for n, (lat, lon) in enumerate(places)]
    return [*rows, station_row("nowhere", lat=None, lon=None)]


class TestGrid:
    @given(st.lists(PLACES, min_size=1, max_size=60), REACH)
    def test_finds_what_looking_at_every_station_finds(
        self, places: list[tuple[float, float]], reach: float
    ) -> None:
        """Cells only save work, even at the poles, at zero and across the date line."""
        rows, asked = city(places), box(places[0], reach)
        expected = {
            row.station_id
            for row in rows
            if row.lat is not None and row.lon is not None and asked.contains(row.lat, row.lon)
        }

        assert {row.station_id for row in Grid(rows).within(asked)} == expected

    def test_looks_at_few_stations_of_many(self) -> None:
        """Forty cities must not make a search in one of them slower."""
        looked_at: list[float] = []

        class Counting(Bounds):
            def contains(self, lat: float, lon: float) -> bool:
                looked_at.append(lat)
                return super().contains(lat, lon)

        rows = city([(40 + n // 50 * 0.003, -74 + n % 50 * 0.003) for n in range(2500)])

        found = list(
            Grid(rows).within(Counting(west=-73.96, south=40.04, east=-73.95, north=40.05))
        )

        assert 0 < len(found) <= len(looked_at) < 100
