"""A place written as numbers: degrees with a sign or a hemisphere, or degrees, minutes, seconds."""

import re
from typing import NamedTuple

from chalicelib.settings import MAX_LAT, MAX_LON

# One angle: 40.73, -73.98, 40.73° N, 40° 43′ 50″ N; at most one of sign and hemisphere is needed.
_ANGLE = r"""
    (?P<sign{0}>[+\-−]?)\s*
    (?P<degrees{0}>\d{{1,3}}(?:\.\d{{1,20}})?)\s*(?:°|º|d(?:eg)?)?\s*
    (?:(?P<minutes{0}>\d{{1,2}}(?:\.\d{{1,20}})?)\s*['′’]\s*)?
    (?:(?P<seconds{0}>\d{{1,2}}(?:\.\d{{1,20}})?)\s*(?:"|″|”|'')\s*)?
    (?P<side{0}>[NSEW])?
"""
_PAIR = re.compile(
    rf"\s*(?:geo:|lat(?:itude)?\s*[:=]?)?\s*{_ANGLE.format(1)}"
    rf"\s*(?:[,;/]|\s)\s*(?:lon(?:g(?:itude)?)?|lng)?\s*[:=]?\s*{_ANGLE.format(2)}\s*",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
MINUTES = 60
SECONDS = 3600


class Coordinates(NamedTuple):
    """A position in degrees."""

    lat: float
    lon: float


def read_coordinates(text: str) -> Coordinates | None:
    """Read a position, or nothing when the text is no pair of angles."""
    pair = _PAIR.fullmatch(text)
    if pair is None or _is_crossing(pair):
        return None
    sides = (pair["side1"] or "").upper(), (pair["side2"] or "").upper()
    first, second = _degrees(pair, "1"), _degrees(pair, "2")
    # A hemisphere names the axis; without one, an angle too great for a latitude does.
    if sides[0] in ("E", "W") or sides[1] in ("N", "S"):
        first, second = second, first
    elif abs(first) > MAX_LAT >= abs(second):
        first, second = second, first
    if abs(first) > MAX_LAT or abs(second) > MAX_LON:
        return None
    return Coordinates(first, second)


def _is_crossing(pair: re.Match[str]) -> bool:
    # "52 11" names two streets of the grid sooner than a place in Turkmenistan.
    whole = all("." not in pair[f"degrees{n}"] for n in "12")
    marked = any(pair[f"{part}{n}"] for n in "12" for part in ("sign", "minutes", "side"))
    return whole and not marked


def _degrees(pair: re.Match[str], n: str) -> float:
    degrees = float(pair[f"degrees{n}"])
    degrees += float(pair[f"minutes{n}"] or 0) / MINUTES
    degrees += float(pair[f"seconds{n}"] or 0) / SECONDS
    side = (pair[f"side{n}"] or "").upper()
    return -degrees if pair[f"sign{n}"] in ("-", "−") or side in ("S", "W") else degrees
