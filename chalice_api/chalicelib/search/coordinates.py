"""A place as coordinates: degrees with a sign or a hemisphere, or degrees, minutes, seconds."""

import re
from typing import NamedTuple

from bikeshare.places import MAX_LAT, MAX_LON

# One angle: 40.73, -73.98, 40.73 N, or degrees, minutes and seconds with their marks.
_ANGLE = r"""
    (?P<sign{0}>[+\-\u2212]?)\s*
    (?P<degrees{0}>\d{{1,3}}(?:\.\d{{1,20}})?)\s*(?:°|º|d(?:eg)?)?\s*
    (?:(?P<minutes{0}>\d{{1,2}}(?:\.\d{{1,20}})?)\s*['\u2032\u2019]\s*)?
    (?:(?P<seconds{0}>\d{{1,2}}(?:\.\d{{1,20}})?)\s*(?:"|\u2033|\u201d|'')\s*)?
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
    """A position in degrees; two plain whole numbers may also be two streets of a grid."""

    lat: float
    lon: float
    may_be_streets: bool


def read_coordinates(text: str) -> Coordinates | None:
    """Return a position, or None if the text is not a pair of angles."""
    pair = _PAIR.fullmatch(text)
    if pair is None:
        return None
    sides = (pair["side1"] or "").upper(), (pair["side2"] or "").upper()
    first, second = _degrees(pair, "1"), _degrees(pair, "2")
    # A hemisphere tells the axis; without one, an angle too large for a latitude does.
    if sides[0] in ("E", "W") or sides[1] in ("N", "S") or abs(first) > MAX_LAT >= abs(second):
        first, second = second, first
    if abs(first) > MAX_LAT or abs(second) > MAX_LON:
        return None
    return Coordinates(first, second, may_be_streets=_may_be_streets(pair))


def _may_be_streets(pair: re.Match[str]) -> bool:
    whole = all("." not in pair[f"degrees{n}"] for n in "12")
    marked = any(pair[f"{part}{n}"] for n in "12" for part in ("sign", "minutes", "side"))
    return whole and not marked


def _degrees(pair: re.Match[str], n: str) -> float:
    degrees = float(pair[f"degrees{n}"])
    degrees += float(pair[f"minutes{n}"] or 0) / MINUTES
    degrees += float(pair[f"seconds{n}"] or 0) / SECONDS
    side = (pair[f"side{n}"] or "").upper()
    return -degrees if pair[f"sign{n}"] in ("-", "\u2212") or side in ("S", "W") else degrees
