"""Which stations GBFS can list, and as what; the others are counted by reason."""

from collections import Counter
from datetime import datetime
from typing import Any, Final, NamedTuple

from chalicelib.gbfs.versions import Version
from chalicelib.queries import StationRow
from chalicelib.stations import PLACE_DECIMALS

BIKE: Final = "bike"
EBIKE: Final = "ebike"

# One reason per station, so that the numbers add up to what is missing.
NO_NAME: Final = "no_name"
NO_PLACE: Final = "no_place"
NO_COUNT: Final = "no_count"
LEFT_OUT: Final = (NO_NAME, NO_PLACE, NO_COUNT)


class Listing(NamedTuple):
    """The stations that have what GBFS requires for information, and for status."""

    informed: list[StationRow]
    counted: list[StationRow]
    left_out: dict[str, int]

    @property
    def has_ebikes(self) -> bool:
        """Return whether any station reports how many of its bikes are electric."""
        return any(row.num_ebikes_available is not None for row in self.counted)


def list_stations(rows: list[StationRow]) -> Listing:
    """List the stations; one is in status only if it is in information, as clients join the two."""
    missing = Counter[str]()
    informed, counted = [], []
    for row in rows:
        reason = why_not(row)
        if reason is not None:
            missing[reason] += 1
        if reason in (None, NO_COUNT):
            informed.append(row)
        if reason is None:
            counted.append(row)
    return Listing(informed, counted, {reason: missing[reason] for reason in LEFT_OUT})


def why_not(row: StationRow) -> str | None:
    """Return what a station lacks for information, or else for status; None if nothing."""
    if not row.name:
        return NO_NAME
    if row.lat is None or row.lon is None:
        return NO_PLACE
    if row.num_bikes_available is None or row.last_reported is None:
        return NO_COUNT
    return None


def information(row: StationRow, version: Version, language: str) -> dict[str, Any]:
    """Return what a station is."""
    told: dict[str, Any] = {
        "station_id": row.station_id,
        "name": version.text(row.name or "", language),
        "lat": round(row.lat or 0.0, PLACE_DECIMALS),
        "lon": round(row.lon or 0.0, PLACE_DECIMALS),
    }
    if row.capacity is not None:
        told["capacity"] = row.capacity
    return told


def status(row: StationRow, version: Version, clock: datetime) -> dict[str, Any]:
    """
    Return how full a station is.

    Unless a snapshot says that it is closed, its trips imply that it is there and open.
    """
    bikes = row.num_bikes_available or 0
    if row.capacity is not None:
        # By rule T3, bikes may still count where a truck took them from; here each needs a dock.
        bikes = min(bikes, row.capacity)
    electric = min(row.num_ebikes_available or 0, bikes)
    types = {BIKE: bikes - electric}
    if row.num_ebikes_available is not None:
        types[EBIKE] = electric
    told: dict[str, Any] = {
        "station_id": row.station_id,
        version.bikes_available: bikes,
        "vehicle_types_available": [
            {"vehicle_type_id": kind, "count": count} for kind, count in types.items()
        ],
        "is_installed": row.is_installed is not False,
        "is_renting": row.is_renting is not False,
        "is_returning": row.is_returning is not False,
        # A station's own clock may be ahead of the feed that it reported to.
        "last_reported": version.moment(min(row.last_reported or clock, clock)),
    }
    if row.num_docks_available is not None:
        told["num_docks_available"] = row.num_docks_available
    return told
