"""Columns that a format lacks as such, computed from those that it has."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bikeshare.texts import is_none

Spellings = str | tuple[str, ...]

_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.0)?", re.ASCII)
_POINT: Final = re.compile(
    r"(?:POINT\s*\(|coordinates\W*?\[)\s*(-?[\d.]+)[\s,]+(-?[\d.]+)\s*[\])]",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """A rule that adds the columns `makes`, computed from the columns `reads`."""

    makes: tuple[str, ...]
    reads: tuple[Spellings, ...]
    amend: Callable[[list[str]], tuple[str, ...]]


def joined(name: str, date: Spellings, clock: Spellings) -> Amendment:
    """Join a date and a time of day that are in separate columns."""
    return Amendment(makes=(name,), reads=(date, clock), amend=_joined)


def without_thousands(name: str, column: Spellings) -> Amendment:
    """Remove the commas from an id that was written as a number: 1,317."""
    return Amendment(makes=(name,), reads=(column,), amend=_without_thousands)


def without_decimals(name: str, column: Spellings) -> Amendment:
    """Remove the decimals from an id that went through a number type: 7130.0."""
    return Amendment(makes=(name,), reads=(column,), amend=_without_decimals)


def id_and_name(id_name: str, name_name: str, column: Spellings) -> Amendment:
    """Split an id from the name that follows it in one column: 0093 Chilco & Robson."""
    return Amendment(makes=(id_name, name_name), reads=(column,), amend=_id_and_name)


def point(lat_name: str, lon_name: str, column: Spellings) -> Amendment:
    """Read a position written as POINT (longitude latitude), or as in GeoJSON."""
    return Amendment(makes=(lat_name, lon_name), reads=(column,), amend=_point)


def _joined(parts: list[str]) -> tuple[str, ...]:
    stripped = [part.strip() for part in parts]
    return (" ".join(part for part in stripped if not is_none(part)),)


def _without_thousands(parts: list[str]) -> tuple[str, ...]:
    written = parts[0].strip()
    return (written.replace(",", "") if _THOUSANDS.fullmatch(written) else written,)


def _without_decimals(parts: list[str]) -> tuple[str, ...]:
    return (parts[0].strip().removesuffix(".0"),)


def _id_and_name(parts: list[str]) -> tuple[str, ...]:
    number, _, name = parts[0].strip().partition(" ")
    return (number, name) if number.isdecimal() else ("", parts[0])


def _point(parts: list[str]) -> tuple[str, ...]:
    found = _POINT.search(parts[0])
    return (found[2], found[1]) if found else ("", "")
