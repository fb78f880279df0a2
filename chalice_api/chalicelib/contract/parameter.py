"""A parameter of the contract: its published schema, and the parser that enforces it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from bikeshare.places import MAX_LAT, MAX_LON
from chalicelib.contract.reading import (
    INTEGER,
    STEP,
    UnreadableValueError,
    read_moment,
    read_number,
    read_step,
)
from chalicelib.settings import Bounds

Value = TypeVar("Value")
Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, kw_only=True)
class Parameter(Generic[Value]):
    """
    One parameter: `schema` is what the contract says, `read` is what requests are held to.

    One of the functions below makes both from the same bounds, and a test checks that they agree.
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
        """Return the parameter in OpenAPI's form."""
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


def whole_number(
    name: str, description: str, *, within: tuple[int, int], default: Value, example: int
) -> Parameter[int | Value]:
    """Define a parameter: a whole number in a range."""
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
    """Define a parameter: a number in a range."""
    return Parameter(
        name=name,
        description=description,
        schema={"type": "number", "minimum": least, "maximum": most},
        read=lambda text: read_number(text, least=least, most=most),
        must=f"a number from {least:g} to {most:g}",
        default=None,
        example=example,
    )


def word(
    name: str, description: str, words: type[Word], *, default: Value, example: str
) -> Parameter[Word | Value]:
    """Define a parameter: one of a few words."""

    def read(text: str) -> Word:
        try:
            return words(text)
        except ValueError as error:
            raise UnreadableValueError from error

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
    """Define a parameter: some of a few words, separated by commas."""

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
    """Define a parameter: ids separated by commas."""

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
    """Define a parameter: an id of any characters."""

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
    """Define a parameter: a text that is not blank."""

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
    """Define a parameter: an RFC 3339 time."""
    return Parameter(
        name=name,
        description=description,
        schema={"type": "string", "format": "date-time"},
        read=read_moment,
        must="a time such as 2019-07-01T12:00:00Z",
        default=None,
        example=example,
    )


def step(name: str, description: str, *, default: str) -> Parameter[timedelta]:
    """Define a parameter: a duration from a minute to a day."""
    return Parameter(
        name=name,
        description=description,
        schema={"type": "string", "pattern": STEP, "default": default},
        read=read_step,
        must="from 1m to 1d, such as 15m or 1h",
        default=read_step(default),
        example=default,
    )


def in_path(name: str, description: str, *, example: str) -> Parameter[str]:
    """Define a parameter: a part of the path, which may be anything."""
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
    """Define a parameter: west, south, east and north; west > east spans the date line."""

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
