import pytest
from chalicelib.geocoding.addresses import Address, address_of, normalised


class TestAddressOf:
    """What is accepted from a third party's answer."""

    def test_takes_numbers_in_any_form(self) -> None:
        """Nominatim writes them as text."""
        assert address_of("40.7", -74, "Here") == Address(40.7, -74.0, "Here")

    @pytest.mark.parametrize(
        ("lat", "lon", "name"),
        [
            ("nan", 0, "x"),
            ("inf", 0, "x"),
            (91, 0, "x"),
            (1, 0, ""),
            (1, 0, None),
            (0, 0, "x"),
        ],
    )
    def test_leaves_out_what_is_no_place(self, lat: object, lon: object, name: object) -> None:
        """The map could not show it."""
        assert address_of(lat, lon, name) is None

    def test_keeps_only_what_can_be_shown(self) -> None:
        """Postgres stores no NUL, UTF-8 no lone surrogate, and control marks may reverse text."""
        told = address_of(1, 0, "a\x00b\ud800c\u202ed " + "e" * 1000)

        assert told is not None
        assert told.name.startswith("a b c d eee")
        assert len(told.name) == 200


class TestNormalised:
    """The form in which a search is cached."""

    def test_writes_alike_what_means_the_same(self) -> None:
        """All spellings share one answer."""
        assert normalised(" 350  5th Ave,New York ") == normalised("350 5th ave, new york")
