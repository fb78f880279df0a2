from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema_rs
import pytest
from chalicelib.contract import parameter, reading
from chalicelib.contract.document import OPERATIONS
from chalicelib.contract.parameter import Parameter
from chalicelib.contract.reading import UnreadableValueError
from chalicelib.settings import Bounds
from hypothesis import given
from hypothesis import strategies as st

PARAMETERS = list(
    {
        (operation.path, one.name): one
        for operation in OPERATIONS
        for one in operation.query_parameters
    }.values()
)
NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))
TEXTS = st.one_of(
    st.text(),
    st.from_regex(r"\A[0-9]{1,4}[mhd]\Z"),
    st.sampled_from([str(word) for one in PARAMETERS for word in one.schema.get("enum", ())]),
    st.sampled_from([str(one.example) for one in PARAMETERS]),
    st.lists(st.text(max_size=3), max_size=5).map(",".join),
    st.lists(NUMBERS.map(repr), min_size=3, max_size=5).map(",".join),
)


def accepts(one: Parameter[Any], text: str) -> bool:
    """Return whether a request may have this value."""
    try:
        one.read(text)
    except UnreadableValueError:
        return False
    return True


def as_json(one: Parameter[Any], text: str) -> Any:
    """Return the value that the text stands for by the schema, or the text itself if none."""
    kind = one.schema["type"]
    if kind == "array":
        items = one.schema.get("items", {"type": "number"})
        return [typed(items["type"], part) for part in text.split(",")]
    return typed(kind, text)


def typed(kind: str, text: str) -> Any:
    """Read one value."""
    if kind == "integer" and reading.INTEGER.fullmatch(text):
        return int(text)
    if kind == "number" and reading.NUMBER.fullmatch(text):
        return float(text)
    return text


class TestParameters:
    """Requests are held to what is published."""

    @pytest.mark.parametrize("one", PARAMETERS, ids=lambda one: one.name)
    @given(text=TEXTS)
    def test_are_read_as_their_schema_says(self, one: Parameter[Any], text: str) -> None:
        """A text is accepted if, and only if, the schema allows what it stands for."""
        if one.name in ("bbox", "from", "to", "since"):
            return  # the rules below go beyond what a schema can express
        validator = jsonschema_rs.validator_for(dict(one.schema))

        assert accepts(one, text) == validator.is_valid(as_json(one, text))

    @pytest.mark.parametrize("one", PARAMETERS, ids=lambda one: one.name)
    def test_show_an_example_that_works(self, one: Parameter[Any]) -> None:
        """It is copied and pasted."""
        assert accepts(one, str(one.example))


class TestMoment:
    """RFC 3339."""

    @pytest.mark.parametrize(
        "text",
        [
            "2019-07-01T12:00:00Z",
            "2019-07-01t12:00z",
            "2019-07-01T08:00:00.000-04:00",
            "2019-07-01T14:00 02:00",
            "2019-07-01T11:59:60Z",
            "2019-07-01T12:00:00.000000000Z",
        ],
    )
    def test_is_read_in_any_zone(self, text: str) -> None:
        """An unescaped plus arrives as a space; a leap second is the minute after."""
        assert reading.read_moment(text) == datetime(2019, 7, 1, 12, tzinfo=UTC)

    @given(st.datetimes(timezones=st.timezones()))
    def test_is_any_that_can_be_written(self, moment: datetime) -> None:
        """A time beyond all data means as much as the first or the last possible one."""
        text = moment.isoformat()
        # Old zones had offsets with seconds, which RFC 3339 lacks.
        if len(text.rpartition(":")[2]) == 2 and text.count(":") == 3:
            read = reading.read_moment(text)
            assert reading.EARLIEST <= read <= reading.LATEST
            # In UTC, because to Python a time that a clock skipped is unequal to all others.
            written = moment.astimezone(UTC)
            if reading.EARLIEST < written < reading.LATEST:
                assert read == written

    @pytest.mark.parametrize(
        "text",
        ["", "now", "2019-07-01", "2019-07-01T12:00", "2019-02-30T12:00Z", "0000-01-01T00:00Z"],
    )
    def test_needs_a_zone(self, text: str) -> None:
        """Nobody could say whose noon it would be."""
        with pytest.raises(UnreadableValueError):
            reading.read_moment(text)


class TestStep:
    """A length of time."""

    def test_is_from_a_minute_to_a_day(self) -> None:
        """In the unit that suits."""
        read = parameter.step("step", "", default="15m").read

        assert [read(text) for text in ("1m", "2h", "1d", "1440m")] == [
            timedelta(minutes=1),
            timedelta(hours=2),
            timedelta(days=1),
            timedelta(days=1),
        ]
        for text in ("0m", "2d", "1441m", "25h", "15", "m", "1.5h", "-1h", "1m\n"):
            with pytest.raises(UnreadableValueError):
                read(text)


class TestNumber:
    """A number within its range."""

    @pytest.mark.parametrize("text", ["nan", "inf", "1_0", "", "0x10", "1e999", "91", "40,7", "٤"])
    def test_is_a_plain_one(self, text: str) -> None:
        """float() alone would accept some of these."""
        with pytest.raises(UnreadableValueError):
            reading.read_number(text, least=-90, most=90)

    def test_is_never_computed_when_too_long(self) -> None:
        """A limit of five thousand digits is refused at once."""
        limit = parameter.whole_number("n", "", within=(1, 9), default=1, example=1)

        assert not accepts(limit, "9" * 5000)


class TestBox:
    """A box of degrees."""

    def test_is_west_south_east_north(self) -> None:
        """As GeoJSON has it."""
        box = parameter.box("bbox", "").read("-74.1, 40.6,-73.9,40.8")

        assert box == Bounds(west=-74.1, south=40.6, east=-73.9, north=40.8)

    @pytest.mark.parametrize(
        "text", ["1,2,3", "a,b,c,d", "0,50,1,40", "0,0,181,1", ",,,", "1,2,3,4,5"]
    )
    def test_is_nothing_else(self, text: str) -> None:
        """The refusal gives an example that works."""
        assert not accepts(parameter.box("bbox", ""), text)
