"""Which stations are within reach of a place on foot, nearest first, in geodesic metres."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from bikeshare.places import MAX_LAT, MAX_LON, distance_m, geodesic_m
from chalicelib.queries import StationRow
from chalicelib.settings import Bounds
from chalicelib.stations import station_object

WALK_M_PER_MINUTE: Final = 80.0
# The shortest degree of latitude on the ellipsoid, and how far off it a sphere is.
SHORTEST_DEGREE_M: Final = 110_574.0
SPHERE_ERROR: Final = 1.006


class Need(StrEnum):
    """What a rider wants to find."""

    BIKE = "bike"
    EBIKE = "ebike"
    DOCK = "dock"
    ANY = "any"


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A place, and how far a rider would walk from it for what they need."""

    lat: float
    lon: float
    radius_m: float
    need: Need
    limit: int
    block_m: float


class Reached(NamedTuple):
    """A station, and how far it is from the place."""

    row: StationRow
    metres: float


def box_around(lat: float, lon: float, radius_m: float) -> Bounds:
    """Return a box around the whole circle; a degree of longitude shrinks towards the poles."""
    reach = radius_m / SHORTEST_DEGREE_M * SPHERE_ERROR
    south, north = max(-MAX_LAT, lat - reach), min(MAX_LAT, lat + reach)
    narrowest = math.cos(math.radians(max(abs(south), abs(north))))
    # Near a pole the circle crosses every meridian.
    if narrowest * MAX_LON <= reach:
        return Bounds(west=-MAX_LON, south=south, east=MAX_LON, north=north)
    aside = reach / narrowest
    return Bounds(west=_wrapped(lon - aside), south=south, east=_wrapped(lon + aside), north=north)


def _wrapped(lon: float) -> float:
    return (lon + MAX_LON) % (2 * MAX_LON) - MAX_LON


def open_for(need: Need) -> Callable[[StationRow], bool]:
    """Return a test for stations that have what is needed; an unknown number fails it."""
    if need is Need.BIKE:
        return lambda row: bool(row.num_bikes_available) and row.is_renting is not False
    if need is Need.EBIKE:
        return lambda row: bool(row.num_ebikes_available) and row.is_renting is not False
    if need is Need.DOCK:
        return lambda row: bool(row.num_docks_available) and row.is_returning is not False
    return lambda _: True


def reached(rows: Iterable[StationRow], walk: Walk) -> list[Reached]:
    """Measure, filter and sort by distance; equally far stations are sorted by id."""
    place = (walk.lat, walk.lon)
    has_it = open_for(walk.need)
    roughly = sorted(
        (distance_m(*place, row.lat, row.lon), row.station_id, row)
        for row in rows
        if row.lat is not None and row.lon is not None and has_it(row)
    )
    roughly = [near for near in roughly if near[0] <= walk.radius_m * SPHERE_ERROR]
    if len(roughly) > walk.limit:
        # The exact distance is slow; compute it only for those that might be among the first.
        farthest = roughly[walk.limit - 1][0] * SPHERE_ERROR**2
        roughly = [near for near in roughly if near[0] <= farthest]
    measured = sorted(
        (geodesic_m(*place, row.lat or 0.0, row.lon or 0.0), station_id, row)
        for _, station_id, row in roughly
    )
    within = [Reached(row, metres) for metres, _, row in measured if metres <= walk.radius_m]
    return within[: walk.limit]


def reached_object(near: Reached, *, block_m: float) -> dict[str, Any]:
    """Return a station with its distance in metres, in blocks and in whole minutes on foot."""
    return {
        **station_object(near.row),
        "distance_m": round(near.metres, 1),
        "blocks": round(near.metres / block_m, 1),
        "walk_minutes": math.ceil(near.metres / WALK_M_PER_MINUTE),
    }
