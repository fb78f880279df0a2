import pytest
from chalicelib.search.coordinates import read_coordinates

NEAR = pytest.approx


class TestReadCoordinates:
    """Numbers that are a place, in the ways people copy them."""

    @pytest.mark.parametrize(
        "text",
        [
            "40.73, -73.98",
            "40.73 -73.98",
            "40.73,-73.98",
            "40.73; -73.98",
            "40.73/-73.98",
            "+40.73, \u221273.98",
            "40.73N 73.98W",
            "40.73° N, 73.98° W",
            "73.98 W, 40.73 N",
            "lat 40.73, lon -73.98",
            "lat: 40.73 lng: -73.98",
            "geo:40.73,-73.98",
            "40°43'48\"N 73°58'48\"W",
            "40\u00b043\u203248\u2033N, 73\u00b058\u203248\u2033W",
        ],
    )
    def test_reads(self, text: str) -> None:
        """From a map, a phone, a GPS receiver or a spreadsheet."""
        place = read_coordinates(text)

        assert place is not None
        assert (place.lat, place.lon) == (NEAR(40.73), NEAR(-73.98))
        assert not place.may_be_streets

    def test_turns_round_what_can_only_be_meant_so(self) -> None:
        """A latitude of 174 degrees is a longitude."""
        place = read_coordinates("174.76, -36.85")

        assert place is not None
        assert (place.lat, place.lon) == (-36.85, 174.76)

    def test_takes_two_plain_whole_numbers_with_doubt(self) -> None:
        """52 11 is more likely two streets of the grid than a place in Turkmenistan."""
        place = read_coordinates("52 11")

        assert place is not None
        assert place.may_be_streets

    @pytest.mark.parametrize(
        "text",
        ["w 52 & 11", "40.73", "broadway", "1 2 3", "200, 300", "", "40.73, -73.98, 12", "5 ave"],
    )
    def test_leaves_other_texts_alone(self, text: str) -> None:
        """What is not a pair of angles is searched among the names."""
        assert read_coordinates(text) is None
