"""Where things are: positions that can be meant, metres on the globe, and blocks."""

import re
from math import asin, cos, radians, sin, sqrt
from typing import Final

# The mean radius of the Earth as the IUGG gives it.
EARTH_RADIUS_M: Final = 6_371_008.8

# Three blocks are 780 m, the reach of the prototype's search.
BLOCK_M: Final = 260.0

MAX_LAT: Final = 90.0
MAX_LON: Final = 180.0

NOWHERE: Final = ("", "")

_PLAIN_DECIMAL: Final = re.compile(r"-?\d{1,3}(?:\.\d{1,40})?", re.ASCII)


def is_position(lat: float, lon: float) -> bool:
    """Tell whether a bike can be there; an exact zero is a filler, as no receiver reports one."""
    return 0 < abs(lat) <= MAX_LAT and 0 < abs(lon) <= MAX_LON


def position_texts(lat: str, lon: str) -> tuple[str, str]:
    """Give both coordinates as plain decimals, or two empty texts where they are no position."""
    # A spreadsheet set to a European language writes a decimal comma.
    lat, lon = lat.strip().replace(",", "."), lon.strip().replace(",", ".")
    if not (lat and lon):
        return NOWHERE
    try:
        if not is_position(float(lat), float(lon)):
            return NOWHERE
    except ValueError:
        return NOWHERE
    return _plain(lat), _plain(lon)


def _plain(number: str) -> str:
    if _PLAIN_DECIMAL.fullmatch(number):
        return number
    return format(float(number), ".10f")


def distance_m(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Measure the great circle between two positions."""
    north, other_north = radians(lat), radians(other_lat)
    half_north = sin((other_north - north) / 2)
    half_east = sin(radians(other_lon - lon) / 2)
    chord = half_north**2 + cos(north) * cos(other_north) * half_east**2
    return 2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, chord)))


def blocks_of(metres: float, *, block_m: float = BLOCK_M) -> float:
    """Say a distance in blocks."""
    return metres / block_m
