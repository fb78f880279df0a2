from datetime import UTC, datetime, timedelta

import pytest
from chalicelib.parameters import Query, shown
from chalicelib.problems import InvalidParameterError, UnknownParameterError
from chalicelib.settings import Bounds


def asked(**given: str) -> Query:
    """A query string whose names are all known."""
    return Query({name: [value] for name, value in given.items()}, known=tuple(given))


class TestQuery:
    """A value is read as what it must be, or refused by name."""

    def test_refuses_a_name_it_does_not_know(self) -> None:
        """A typing error must not quietly give another answer than was asked for."""
        with pytest.raises(UnknownParameterError, match=r'"bbbox".*bbox') as refused:
            Query({"bbbox": ["1,2,3,4"]}, known=("bbox",))

        assert refused.value.parameter == "bbbox"

    def test_refuses_a_name_given_twice(self) -> None:
        """Which of the two was meant is not ours to guess."""
        with pytest.raises(InvalidParameterError, match="lat is given 2 times"):
            Query({"lat": ["1", "2"]}, known=("lat",))

    @pytest.mark.parametrize(
        "text",
        [
            "2019-07-01T12:00:00Z",
            "2019-07-01t12:00z",
            "2019-07-01T08:00:00.000-04:00",
            "2019-07-01T14:00 02:00",
        ],
    )
    def test_reads_a_moment_in_any_zone(self, text: str) -> None:
        """A plus that nobody escaped arrives as a space."""
        noon = datetime(2019, 7, 1, 12, tzinfo=UTC)

        assert asked(to=text).moment("to", datetime.now(UTC)) == noon
        assert asked().moment("to", noon) == noon

    @pytest.mark.parametrize(
        "text",
        ["", "now", "2019-07-01", "2019-07-01T12:00", "2019-02-30T12:00Z", "0001-01-01T00:00Z"],
    )
    def test_refuses_a_moment_without_a_zone(self, text: str) -> None:
        """Nobody could say whose noon it would be."""
        with pytest.raises(InvalidParameterError, match="to must be a time such as"):
            asked(to=text).moment("to", datetime.now(UTC))

    def test_reads_a_step(self) -> None:
        """From a minute to a day."""
        steps = [asked(step=text).step("step", timedelta()) for text in ("1m", "2h", "1d", "1440m")]

        assert [step.total_seconds() for step in steps] == [60, 7200, 86400, 86400]
        for text in ("0m", "2d", "1441m", "15", "m", "1.5h", "-1h", "99999m"):
            with pytest.raises(InvalidParameterError, match="step must be from 1m to 1d"):
                asked(step=text).step("step", timedelta())

    @pytest.mark.parametrize("text", ["nan", "inf", "1_0", "", "0x10", "1e999", "91", "40,7", "٤"])
    def test_takes_only_plain_numbers_in_range(self, text: str) -> None:
        """float() alone would take some of these."""
        with pytest.raises(InvalidParameterError, match="lat must be a number from -90 to 90"):
            asked(lat=text).number("lat", None, least=-90, most=90)

    @pytest.mark.parametrize("text", ["40.7", "+40.7", "407e-1", " 40.7 "])
    def test_takes_numbers_as_people_write_them(self, text: str) -> None:
        """A leading plus or a space changes nothing."""
        assert asked(lat=text).number("lat", None, least=-90, most=90) == 40.7

    @pytest.mark.parametrize("text", ["0", "501", "-1", "1.5", "²", "9" * 5000])
    def test_takes_only_whole_numbers_in_range(self, text: str) -> None:
        """A limit of five thousand digits is refused without being computed."""
        with pytest.raises(InvalidParameterError, match="limit must be a whole number"):
            asked(limit=text).integer("limit", 50, least=1, most=500)

    def test_reads_one_of_a_few_words(self) -> None:
        """The refusal lists the words."""
        assert asked(need="bike").choice("need", None, ("bike", "dock")) == "bike"
        with pytest.raises(InvalidParameterError, match="bike, dock"):
            asked(need="car").choice("need", None, ("bike", "dock"))

    def test_reads_a_box(self) -> None:
        """West, south, east, north, as GeoJSON has it."""
        box = asked(bbox="-74.1, 40.6,-73.9,40.8").bbox()

        assert box == Bounds(west=-74.1, south=40.6, east=-73.9, north=40.8)

    @pytest.mark.parametrize(
        "text", ["1,2,3", "a,b,c,d", "0,50,1,40", "0,0,181,1", ",,,", "1,2,3,4,5"]
    )
    def test_refuses_what_is_no_box(self, text: str) -> None:
        """The refusal shows one that works."""
        with pytest.raises(InvalidParameterError, match=r"-74\.05,40\.68"):
            asked(bbox=text).bbox()

    def test_puts_the_spaces_of_a_search_in_order(self) -> None:
        """Null bytes are spaces too: Postgres would refuse them."""
        assert asked(q="  w 52 \t&\x00 11\n").search_text() == "w 52 & 11"
        assert Query({}, known=("q",)).search_text() is None

    @pytest.mark.parametrize("text", ["", " ", "\x00", "x" * 201])
    def test_refuses_a_search_for_nothing_or_too_much(self, text: str) -> None:
        """Ten thousand characters name no place."""
        with pytest.raises(InvalidParameterError, match="q "):
            asked(q=text).search_text()


class TestShown:
    """What a caller sent, quoted back."""

    def test_is_short_and_printable(self) -> None:
        """An answer never carries control characters, whatever was asked."""
        assert shown("a\r\nb\x00") == '"a��b�"'
        assert len(shown("x" * 10_000)) < 50
