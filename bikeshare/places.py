"""Where things are: possible positions, distances on the globe in metres, and blocks."""

import re
from math import asin, atan, atan2, cos, hypot, radians, sin, sqrt, tan
from typing import Final

# The mean radius of the Earth as the IUGG gives it.
EARTH_RADIUS_M: Final = 6_371_008.8

# WGS 84, the ellipsoid that satellite positions refer to.
_EQUATOR_M: Final = 6_378_137.0
_FLATTENING: Final = 1 / 298.257223563
_POLE_M: Final = _EQUATOR_M * (1 - _FLATTENING)
# A tenth of a millimetre on the ground, as an angle.
_SETTLED: Final = 1e-11
_MOST_ROUNDS: Final = 50

# Three blocks are 780 m, the reach of the prototype's search.
BLOCK_M: Final = 260.0

MAX_LAT: Final = 90.0
MAX_LON: Final = 180.0

NOWHERE: Final = ("", "")

_PLAIN_DECIMAL: Final = re.compile(r"-?\d{1,3}(?:\.\d{1,40})?", re.ASCII)


def is_position(lat: float, lon: float) -> bool:
    """Return whether a bike can be there; an exact zero is a filler, as no receiver reports one."""
    return 0 < abs(lat) <= MAX_LAT and 0 < abs(lon) <= MAX_LON


def position_texts(lat: str, lon: str) -> tuple[str, str]:
    """Return both coordinates as plain decimals, or two empty texts if they are not a position."""
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
    """Return the great-circle distance in metres between two positions in degrees (haversine)."""
    north, other_north = radians(lat), radians(other_lat)
    half_north = sin((other_north - north) / 2)
    half_east = sin(radians(other_lon - lon) / 2)
    chord = half_north**2 + cos(north) * cos(other_north) * half_east**2
    return 2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, chord)))


def geodesic_m(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """
    Return the distance in metres on the WGS 84 ellipsoid, to the millimetre, by Vincenty's formula.

    Between nearly antipodal positions it does not converge; there the sphere has to do.
    """
    start = atan((1 - _FLATTENING) * tan(radians(lat)))
    end = atan((1 - _FLATTENING) * tan(radians(other_lat)))
    sines, cosines = sin(start) * sin(end), cos(start) * cos(end)
    east = radians(other_lon - lon)
    apart = east
    for _ in range(_MOST_ROUNDS):
        across = cos(end) * sin(apart)
        along = cos(start) * sin(end) - sin(start) * cos(end) * cos(apart)
        sin_arc, cos_arc = hypot(across, along), sines + cosines * cos(apart)
        if not sin_arc:
            return 0.0
        arc = atan2(sin_arc, cos_arc)
        sin_heading = cosines * sin(apart) / sin_arc
        crossing = 1 - sin_heading**2
        middle = cos_arc - 2 * sines / crossing if crossing else 0.0
        flat = _FLATTENING / 16 * crossing * (4 + _FLATTENING * (4 - 3 * crossing))
        bend = middle + flat * cos_arc * (2 * middle**2 - 1)
        before, apart = (
            apart,
            east + (1 - flat) * _FLATTENING * sin_heading * (arc + flat * sin_arc * bend),
        )
        if abs(apart - before) < _SETTLED:
            return _ellipsoidal_m(arc, sin_arc, cos_arc, middle, crossing)
    return distance_m(lat, lon, other_lat, other_lon)


def _ellipsoidal_m(
    arc: float, sin_arc: float, cos_arc: float, middle: float, crossing: float
) -> float:
    squash = crossing * ((_EQUATOR_M / _POLE_M) ** 2 - 1)
    scale = 1 + squash / 16384 * (4096 + squash * (squash * (320 - 175 * squash) - 768))
    b = squash / 1024 * (256 + squash * (squash * (74 - 47 * squash) - 128))
    third = b / 6 * middle * (4 * sin_arc**2 - 3) * (4 * middle**2 - 3)
    shift = b * sin_arc * (middle + b / 4 * (cos_arc * (2 * middle**2 - 1) - third))
    return _POLE_M * scale * (arc - shift)
