import pytest
from chalicelib.contract.search import LAT, LIMIT, NEED, Q
from chalicelib.contract.stations import BBOX
from chalicelib.parameters import Query, in_order, shown
from chalicelib.problems import InvalidParameterError, UnknownParameterError


class TestQuery:
    """A value is read as what it must be, or refused by name."""

    def test_refuses_a_name_it_does_not_know(self) -> None:
        """A typo must not quietly give another answer than the one asked for."""
        with pytest.raises(UnknownParameterError, match=r'"bbbox".*bbox') as refused:
            Query({"bbbox": ["1,2,3,4"]}, known=(BBOX,))

        assert refused.value.parameter == "bbbox"

    def test_refuses_a_name_given_twice(self) -> None:
        """Which of the two was meant is not ours to guess."""
        with pytest.raises(InvalidParameterError, match="lat is given 2 times"):
            Query({"lat": ["1", "2"]}, known=(LAT,))

    def test_reads_a_value_or_takes_the_default(self) -> None:
        """The route gets what the contract says."""
        query = Query({"limit": ["7"]}, known=(LIMIT, NEED))

        assert (query[LIMIT], query[NEED], LIMIT in query, NEED in query) == (7, "any", True, False)

    def test_says_what_a_value_must_be(self) -> None:
        """The refusal says what to change."""
        with pytest.raises(InvalidParameterError, match='bike, dock, any, not "car"') as refused:
            Query({"need": ["car"]}, known=(NEED,))[NEED]

        assert refused.value.parameter == "need"

    def test_keeps_a_text_as_it_was_sent(self) -> None:
        """The page shows what was typed."""
        assert Query({"q": [" w  52 "]}, known=(Q,)).raw(Q) == " w  52 "


class TestInOrder:
    """What a rider typed."""

    def test_puts_spaces_in_order(self) -> None:
        """NULs become spaces too: Postgres would refuse them."""
        assert in_order("  w 52 \t&\x00 11\n") == "w 52 & 11"


class TestShown:
    """What a caller sent, quoted back."""

    def test_is_short_and_printable(self) -> None:
        """No answer contains control characters, whatever was sent."""
        assert shown("a\r\nb\x00") == '"a��b�"'
        assert len(shown("x" * 10_000)) < 50
