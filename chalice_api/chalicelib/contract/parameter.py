"""A parameter of the contract: the schema that is published, and the reading that follows."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from chalicelib.settings import MAX_LAT, MAX_LON, Bounds

Value = TypeVar("Value")

# float() would also take "nan", "infinity", "1_000" and digits of other scripts.
NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
INTEGER: Final = re.compile(r"[+-]?\d{1,15}", re.ASCII)
MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d)(:\d\d)?(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
MICROSECONDS: Final = 6
LEAP_SECOND: Final = ":60"
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200
STEP: Final = (
    r"^([1-9]\d{0,2}|1[0-3]\d\d|14[0-3]\d|1440)m$|^([1-9]|1\d|2[0-4])h$|^1d$"
    # The schema's dialect counts every script's digits unless told otherwise.
).replace(r"\d", "[0-9]")
UNITS: Final = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


@dataclass(frozen=True, kw_only=True)
class Parameter(Generic[Value]):
    """
    One parameter: its schema is what the contract says, `read` what a request is held to.

    Both are made by one of the functions below from the same bounds, and a test holds them equal.
    """

    name: str
    description: str
    schema: Mapping[str, Any]
    read: Callable[[str], Value]
    must: str
    default: Value
    example: str | float
    is_in_path: bool = False

    def openapi(self) -> dict[str, Any]:
        """Write the parameter as OpenAPI has it."""
        written: dict[str, Any] = {
            "name": self.name,
            "in": "path" if self.is_in_path else "query",
            "description": self.description,
            "required": self.is_in_path,
            "schema": dict(self.schema),
            "example": self.example,
        }
        if self.schema["type"] == "array":
            items = self.example if isinstance(self.example, list) else str(self.example).split(",")
            return written | {"style": "form", "explode": False, "example": items}
        return written


class UnreadableValueError(ValueError):
    """A text that is not what its parameter must be."""


def whole_number(
    name: str, description: str, *, within: tuple[int, int], default: Value, example: int
) -> Parameter[int | Value]:
    """Take a whole number within its range."""
    least, most = within

    def read(text: str) -> int:
        value = int(text) if INTEGER.fullmatch(text) else least - 1
        if not least <= value <= most:
            raise UnreadableValueError
        return value

    schema: dict[str, Any] = {"type": "integer", "minimum": least, "maximum": most}
    if default is not None:
        schema["default"] = default
    return Parameter(
        name=name,
        description=description,
        schema=schema,
        read=read,
        must=f"a whole number from {least} to {most}",
        default=default,
        example=example,
    )


def number(
    name: str, description: str, *, least: float, most: float, example: float
) -> Parameter[float | None]:
    """Take a number within its range."""
    return Parameter(
        name=name,
        description=description,
        schema={"type": "number", "minimum": least, "maximum": most},
        read=lambda text: read_number(text, least=least, most=most),
        must=f"a number from {least:g} to {most:g}",
        default=None,
        example=example,
    )


def read_number(text: str, *, least: float, most: float) -> float:
    """Read a number; what is no finite number is in no range."""
    value = float(text) if NUMBER.fullmatch(text) else math.nan
    if not least <= value <= most:
        raise UnreadableValueError
    return value


def word(
    name: str, description: str, words: Sequence[str], *, default: Value, example: str
) -> Parameter[str | Value]:
    """Take one of a few words."""

    def read(text: str) -> str:
        if text not in words:
            raise UnreadableValueError
        return text

    schema: dict[str, Any] = {"type": "string", "enum": [str(one) for one in words]}
    if default is not None:
        schema["default"] = str(default)
    return Parameter(
        name=name,
        description=description,
        schema=schema,
        read=read,
        must=f"one of {', '.join(words)}",
        default=default,
        example=example,
    )


def word_list(
    name: str, description: str, words: Sequence[str], *, example: str
) -> Parameter[tuple[str, ...] | None]:
    """Take some of a few words, with commas between them."""

    def read(text: str) -> tuple[str, ...]:
        parts = tuple(text.split(","))
        if not set(parts) <= set(words):
            raise UnreadableValueError
        return parts

    return Parameter(
        name=name,
        description=description,
        schema={"type": "array", "minItems": 1, "items": {"type": "string", "enum": list(words)}},
        read=read,
        must=f"some of {', '.join(words)}, with commas between them",
        default=None,
        example=example,
    )


def id_list(
    name: str, description: str, *, most: int, example: str
) -> Parameter[tuple[str, ...] | None]:
    """Take ids with commas between them."""

    def read(text: str) -> tuple[str, ...]:
        parts = tuple(text.split(","))
        if not all(parts) or len(parts) > most:
            raise UnreadableValueError
        return parts

    item = {"type": "string", "pattern": "^[^,]+$"}
    return Parameter(
        name=name,
        description=description,
        schema={"type": "array", "minItems": 1, "maxItems": most, "items": item},
        read=read,
        must=f"from 1 to {most} ids, with commas between them",
        default=None,
        example=example,
    )


def identifier(name: str, description: str, *, example: str) -> Parameter[str | None]:
    """Take an id, whatever it is made of."""

    def read(given: str) -> str:
        if not given:
            raise UnreadableValueError
        return given

    return Parameter(
        name=name,
        description=description,
        schema={"type": "string", "minLength": 1},
        read=read,
        must="an id",
        default=None,
        example=example,
    )


def text(name: str, description: str, *, longest: int, example: str) -> Parameter[str | None]:
    """Take a text in which there is something to read."""

    def read(given: str) -> str:
        if not given.replace("\x00", " ").strip() or len(given) > longest:
            raise UnreadableValueError
        return given

    return Parameter(
        name=name,
        description=description,
        schema={
            "type": "string",
            "minLength": 1,
            "maxLength": longest,
            "pattern": r"[^\s\u0000\u001c-\u001f\u0085]",
        },
        read=read,
        must=f"a text of 1 to {longest} characters that are not all spaces",
        default=None,
        example=example,
    )


def moment(name: str, description: str, *, example: str) -> Parameter[datetime | None]:
    """Take an RFC 3339 time."""
    return Parameter(
        name=name,
        description=description,
        schema={"type": "string", "format": "date-time"},
        read=read_moment,
        must=f"a time such as 2019-07-01T12:00:00Z, from {FIRST_YEAR} to {LAST_YEAR}",
        default=None,
        example=example,
    )


def read_moment(given: str) -> datetime:
    """Read a time; seconds may be left out, and a space is the plus that the address made one."""
    written = MOMENT.fullmatch(given.replace(" ", "+"))
    if written is None:
        raise UnreadableValueError
    day, minute, second, fraction, zone = written.groups()
    is_leap = second == LEAP_SECOND
    exact = f"{':59' if is_leap else second or ':00'}.{(fraction or '')[:MICROSECONDS]:0<6}"
    try:
        read = datetime.fromisoformat(f"{day}T{minute}{exact}{zone.upper()}").astimezone(UTC)
        read += timedelta(seconds=is_leap)
    except (ValueError, OverflowError) as error:
        raise UnreadableValueError from error
    if not FIRST_YEAR <= read.year < LAST_YEAR:
        raise UnreadableValueError
    return read


def step(name: str, description: str, *, default: str) -> Parameter[timedelta]:
    """Take a length of time from a minute to a day."""

    def read(given: str) -> timedelta:
        if re.fullmatch(STEP, given) is None:
            raise UnreadableValueError
        return int(given[:-1]) * UNITS[given[-1]]

    return Parameter(
        name=name,
        description=description,
        schema={"type": "string", "pattern": STEP, "default": default},
        read=read,
        must="from 1m to 1d, such as 15m or 1h",
        default=read(default),
        example=default,
    )


def in_path(name: str, description: str, *, example: str) -> Parameter[str]:
    """Take a part of the path; whatever is there is looked for."""
    return Parameter(
        name=name,
        description=description,
        schema={"type": "string", "minLength": 1},
        read=str,
        must="the id of one",
        default="",
        example=example,
        is_in_path=True,
    )


def box(name: str, description: str) -> Parameter[Bounds | None]:
    """Take west, south, east and north; one with west above east spans the date line."""

    def read(given: str) -> Bounds:
        parts = given.split(",")
        if len(parts) != len(bounds):
            raise UnreadableValueError
        west, south, east, north = (
            read_number(part.strip(), least=-most, most=most)
            for part, most in zip(parts, bounds, strict=True)
        )
        if south > north:
            raise UnreadableValueError
        return Bounds(west=west, south=south, east=east, north=north)

    bounds = (MAX_LON, MAX_LAT, MAX_LON, MAX_LAT)
    sides = [{"type": "number", "minimum": -most, "maximum": most} for most in bounds]
    return Parameter(
        name=name,
        description=description,
        schema={"type": "array", "prefixItems": sides, "minItems": 4, "maxItems": 4},
        read=read,
        must="west,south,east,north in degrees, such as -74.05,40.68,-73.90,40.80",
        default=None,
        example="-74.05,40.68,-73.9,40.8",
    )
