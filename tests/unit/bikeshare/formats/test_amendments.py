import pytest

from bikeshare.formats.amendments import (
    id_and_name,
    joined,
    point,
    without_decimals,
    without_thousands,
)


class TestAmendments:
    def test_a_date_and_a_clock_are_joined(self) -> None:
        """Mexico City has them in two columns."""
        assert joined("retiro", "Fecha", "Hora").amend(["2010-02-16 ", "12:42:32"]) == (
            "2010-02-16 12:42:32",
        )

    @pytest.mark.parametrize("nothing", ["", "NULL", "\\N"])
    def test_a_date_and_a_clock_that_are_none_are_no_time(self, nothing: str) -> None:
        """So a trip without an end is open, not set aside."""
        assert joined("arribo", "Fecha", "Hora").amend([nothing, nothing]) == ("",)

    def test_thousands_leave_an_id(self) -> None:
        """Chattanooga's station 1317 is written 1,317."""
        assert without_thousands("id", "Station ID").amend(["1,317"]) == ("1317",)

    @pytest.mark.parametrize(("written", "meant"), [("7130.0", "7130"), ("7130", "7130"), ("", "")])
    def test_decimals_leave_an_id(self, written: str, meant: str) -> None:
        """Toronto's station 7130 went through a numeric type in some years."""
        assert without_decimals("id", "Start Station Id").amend([written]) == (meant,)

    @pytest.mark.parametrize(
        ("written", "parts"),
        [
            ("0093 Chilco & Robson", ("0093", "Chilco & Robson")),
            ("Workshop", ("", "Workshop")),
            ("", ("", "")),
        ],
    )
    def test_an_id_leaves_its_name(self, written: str, parts: tuple[str, str]) -> None:
        """Vancouver has both in one column; the leading zeros belong to the id."""
        assert id_and_name("id", "name", "Departure station").amend([written]) == parts

    @pytest.mark.parametrize(
        ("written", "position"),
        [
            ("POINT (-85.31 35.05)", ("35.05", "-85.31")),
            ("Point(-85.31 35.05)", ("35.05", "-85.31")),
            ("", ("", "")),
        ],
    )
    def test_a_point_has_its_longitude_first(self, written: str, position: tuple[str, str]) -> None:
        """Swapped, Chattanooga would lie in Antarctica."""
        assert point("lat", "lon", "Start Location").amend([written]) == position
