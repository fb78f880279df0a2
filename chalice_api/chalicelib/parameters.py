"""The query string, read by name: each value is checked, and what nobody asked for is refused."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from chalice.app import Request

from chalicelib.problems import InvalidParameterError, UnknownParameterError
from chalicelib.settings import MAX_LAT, MAX_LON, Bounds

Default = TypeVar("Default")

# float() would also take "nan", "infinity" and "1_000".
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
INTEGER = re.compile(r"\d{1,9}", re.ASCII)
MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)
STEP = re.compile(r"(\d{1,4})(m|h|d)", re.ASCII)
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
FIRST_YEAR, LAST_YEAR = 2000, 2100
BBOX_FORM = "bbox must be west,south,east,north in degrees, such as -74.05,40.68,-73.90,40.80"
MAX_SHOWN = 40
LONGEST_SEARCH = 200


class Query:
    """One request's query string; a name that is not known to the route is refused by name."""

    def __init__(self, given: Mapping[str, Sequence[str]], *, known: Sequence[str]) -> None:
        self._given: dict[str, str] = {}
        for name, values in given.items():
            if name not in known:
                raise UnknownParameterError(_unknown(name, known), parameter=name[:MAX_SHOWN])
            if len(values) != 1:
                message = f"{name} is given {len(values)} times; give it once"
                raise InvalidParameterError(message, parameter=name)
            self._given[name] = values[0]

    @classmethod
    def of(cls, request: Request, *, known: Sequence[str]) -> "Query":
        """Take the query string of a Chalice request."""
        given = request.query_params
        values = {} if given is None else {name: given.getlist(name) for name in given}
        return cls(values, known=known)

    @classmethod
    def of_link(cls, request: Request, *, known: Sequence[str]) -> "Query":
        """Take of a page's link what is known: sites add parameters of their own to links."""
        given = request.query_params
        values = {} if given is None else {name: given.getlist(name)[:1] for name in given}
        return cls({name: values[name] for name in values if name in known}, known=known)

    def __contains__(self, name: str) -> bool:
        return name in self._given

    def number(self, name: str, default: Default, *, least: float, most: float) -> float | Default:
        """Read a number within its range."""
        text = self._given.get(name)
        if text is None:
            return default
        value = float(text) if NUMBER.fullmatch(text.strip()) else math.nan
        if not least <= value <= most:
            message = f"{name} must be a number from {least:g} to {most:g}, not {shown(text)}"
            raise InvalidParameterError(message, parameter=name)
        return value

    def integer(self, name: str, default: int, *, least: int, most: int) -> int:
        """Read a whole number within its range."""
        text = self._given.get(name)
        if text is None:
            return default
        value = int(text) if INTEGER.fullmatch(text.strip()) else -1
        if not least <= value <= most:
            message = f"{name} must be a whole number from {least} to {most}, not {shown(text)}"
            raise InvalidParameterError(message, parameter=name)
        return value

    def moment(self, name: str, default: datetime) -> datetime:
        """Read an RFC 3339 time; a plus that the address made a space is one again."""
        text = self._given.get(name)
        if text is None:
            return default
        written = text.strip().replace(" ", "+")
        try:
            moment = datetime.fromisoformat(written.upper()) if MOMENT.fullmatch(written) else None
        except ValueError:
            moment = None
        if moment is None or not FIRST_YEAR <= moment.year < LAST_YEAR:
            message = f"{name} must be a time such as 2019-07-01T12:00:00Z, not {shown(text)}"
            raise InvalidParameterError(message, parameter=name)
        return moment.astimezone(UTC)

    def step(self, name: str, default: timedelta) -> timedelta:
        """Read a length of time from a minute to a day."""
        text = self._given.get(name)
        if text is None:
            return default
        read = STEP.fullmatch(text.strip())
        step = int(read[1]) * UNITS[read[2]] if read else timedelta()
        if not UNITS["m"] <= step <= UNITS["d"]:
            message = f"{name} must be from 1m to 1d, such as 15m or 1h, not {shown(text)}"
            raise InvalidParameterError(message, parameter=name)
        return step

    def choice(self, name: str, default: Default, choices: Sequence[str]) -> str | Default:
        """Read one of a few words."""
        text = self._given.get(name)
        if text is None:
            return default
        if text not in choices:
            message = f"{name} must be one of {', '.join(choices)}, not {shown(text)}"
            raise InvalidParameterError(message, parameter=name)
        return text

    def raw(self, name: str) -> str:
        """Give a text as it was sent, empty when it was not."""
        return self._given.get(name, "")

    def search_text(self) -> str | None:
        """Read what a rider typed as q, with its spaces put in order."""
        given = self._given.get("q")
        if given is None:
            return None
        text = " ".join(given.replace("\x00", " ").split())
        if not text:
            message = "q is empty; give a station, a crossing or coordinates"
            raise InvalidParameterError(message, parameter="q")
        if len(text) > LONGEST_SEARCH:
            message = f"q has {len(text)} characters; a place is told in {LONGEST_SEARCH}"
            raise InvalidParameterError(message, parameter="q")
        return text

    def bbox(self) -> Bounds | None:
        """Read the box of degrees; one with west above east spans the date line."""
        text = self._given.get("bbox")
        if text is None:
            return None
        parts = [part.strip() for part in text.split(",")]
        if len(parts) != len(("west", "south", "east", "north")) or not all(
            NUMBER.fullmatch(part) for part in parts
        ):
            raise InvalidParameterError(BBOX_FORM, parameter="bbox")
        west, south, east, north = map(float, parts)
        if not (-MAX_LAT <= south <= north <= MAX_LAT and max(abs(west), abs(east)) <= MAX_LON):
            raise InvalidParameterError(BBOX_FORM, parameter="bbox")
        return Bounds(west=west, south=south, east=east, north=north)


def shown(text: str) -> str:
    """Quote what a caller sent, cut short and without control characters."""
    cut = text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
    return f'"{"".join(letter if letter.isprintable() else "�" for letter in cut)}"'


def _unknown(name: str, known: Sequence[str]) -> str:
    if not known:
        return f"{shown(name)} is not a parameter here; this address takes none"
    return f"{shown(name)} is not a parameter here; there are {', '.join(known)}"
