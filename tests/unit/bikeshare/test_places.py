import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from bikeshare.places import distance_m, geodesic_m, is_position, position_texts

GROVE_ST_PATH = (40.71958611647166, -74.04311746358871)
EXCHANGE_PLACE = (40.7162469, -74.0334588)


class TestPositionTexts:
    @pytest.mark.parametrize(
        "written",
        [
            ("40.71958611647166", "-74.04311746358871"),
            ("42.349589423682400", "-71.0794677917329"),
            ("41.89", "-87.72"),
        ],
    )
    def test_keeps_the_decimals_of_the_file(self, written: tuple[str, str]) -> None:
        """A position converted to a number would differ from run to run."""
        assert position_texts(*written) == written

    @pytest.mark.parametrize(
        ("lat", "lon"),
        [
            ("", ""),
            ("40.7", ""),
            ("0", "0"),
            ("0.0", "-74.04"),
            ("40.7", "0.0"),
            ("91", "-74.04"),
            ("40.7", "-180.5"),
            ("nan", "-74.04"),
            ("inf", "-74.04"),
            ("north", "west"),
            ("NULL", "\\N"),
        ],
    )
    def test_gives_both_or_neither(self, lat: str, lon: str) -> None:
        """T7: the row stays, without the impossible position."""
        assert position_texts(lat, lon) == ("", "")

    @pytest.mark.parametrize(
        ("written", "plain"),
        [
            ("4.07e1", "40.7000000000"),
            ("4_0.7", "40.7000000000"),
            (" 40.7 ", "40.7"),
            ("40,7", "40.7"),
        ],
    )
    def test_writes_odd_numbers_plainly(self, written: str, plain: str) -> None:
        """Python reads 4_0.7 as a number; the database would fail on it."""
        assert position_texts(written, "-74.04") == (plain, "-74.04")


class TestDistance:
    def test_is_in_metres_on_the_globe(self) -> None:
        """Checked against the geodesic on the ellipsoid, 896.4 m, to half a percent."""
        assert distance_m(*GROVE_ST_PATH, *EXCHANGE_PLACE) == pytest.approx(896.4, rel=0.005)

    def test_to_itself_and_to_the_other_side(self) -> None:
        """Rounding must not take the root of a negative number or leave the arcsine's domain."""
        assert distance_m(*GROVE_ST_PATH, *GROVE_ST_PATH) == 0
        assert distance_m(90, 0, -90, 0) == pytest.approx(20_015_115, rel=0.001)

    def test_crosses_the_date_line(self) -> None:
        """Two degrees of longitude at the equator, not 358."""
        assert distance_m(0, 179, 0, -179) == pytest.approx(222_390, rel=0.001)


class TestGeodesic:
    @given(
        st.floats(-89.9, 89.9), st.floats(-180, 180), st.floats(-0.05, 0.05), st.floats(-0.05, 0.05)
    )
    def test_agrees_with_geopy_to_the_millimetre(
        self, lat: float, lon: float, north: float, east: float
    ) -> None:
        """Inlined, it is seventeen times as fast as geopy's and loads no geocoder."""
        other = (lat + north, lon + east)

        assert geodesic_m(lat, lon, *other) == pytest.approx(
            geodesic((lat, lon), other).m, abs=0.001
        )

    @pytest.mark.parametrize(
        "other", [GROVE_ST_PATH, (0.0, 0.0), (90.0, 0.0), (51.5, -0.1), (-33.9, 151.2)]
    )
    def test_so_it_does_from_far_away(self, other: tuple[float, float]) -> None:
        """At the equator, at a pole, or between equal points nothing is divided by zero."""
        expected = geodesic(EXCHANGE_PLACE, other).m

        assert geodesic_m(*EXCHANGE_PLACE, *other) == pytest.approx(expected, abs=0.001)
        assert geodesic_m(*other, *other) == 0

    def test_gives_the_spheres_distance_where_it_does_not_settle(self) -> None:
        """At antipodes, Vincenty's formula does not converge; no rider walks there."""
        assert geodesic_m(0, 0, 0.5, 179.7) == distance_m(0, 0, 0.5, 179.7)


class TestIsPosition:
    def test_an_exact_zero_is_a_filler(self) -> None:
        """One Citi Bike end of March 2017 is at 0, 0, in the Gulf of Guinea."""
        assert not is_position(0.0, 0.0)
        assert is_position(*EXCHANGE_PLACE)
