"""GBFS 1.x to 3.0 files, and the feed before GBFS, read by the published formats alone."""

import gzip
import json
import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.truth_trips import Reason, RefusedError, RejectedError

OTHER_IDS = ("short_name", "legacy_id", "external_id")
STATUS_FIELDS = {
    "num_bikes_available", "num_vehicles_available", "num_docks_available", "is_renting",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StationEntry:
    """One station of one feed; None for what this kind of feed does not say."""

    feed_at: datetime
    is_status: bool
    station_id: str
    aliases: tuple[str, ...]
    name: str | None = None
    lat: float | None = None
    lon: float | None = None
    capacity: int | None = None
    bikes: int | None = None
    disabled: int = 0
    is_renting: bool | None = None
    is_returning: bool | None = None


@dataclass(slots=True)
class Snapshot:
    """What one file held: its stations (twice, if it is both feeds) and what was set aside."""

    feed_at: datetime
    entries: list[StationEntry] = field(default_factory=list)
    rows_read: int = 0
    rejected: Counter[str] = field(default_factory=Counter)


def read_snapshot(path: Path, *, zone: ZoneInfo) -> Snapshot:
    """Read one station_information, station_status or stationBeanList file."""
    raw = path.read_bytes()
    try:
        document = json.loads(gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw)
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise RefusedError(str(error)) from error
    if "stationBeanList" in document:
        local = datetime.strptime(document["executionTime"], "%Y-%m-%d %I:%M:%S %p")  # noqa: DTZ007
        feed_at = local.replace(tzinfo=zone).astimezone(UTC)
        return read_stations(feed_at, document["stationBeanList"], bean_entries)
    feed_at = feed_time(document["last_updated"])
    stations = document["data"]["stations"]
    is_status = any(STATUS_FIELDS & set(one) for one in stations if isinstance(one, dict))
    return read_stations(feed_at, stations, status_entries if is_status else information_entries)


def read_stations(feed_at: datetime, stations: list[Any], entries_of: Any) -> Snapshot:
    """Turn each station of a feed into entries, counting those that are set aside."""
    snapshot = Snapshot(feed_at=feed_at)
    owners = ids_with_owners(stations)
    for station in stations:
        snapshot.rows_read += 1
        try:
            own, *others = station_ids(station)
            # An id that two stations of one feed claim identifies neither of them.
            aliases = tuple(sorted({one for one in others if one != own and owners[one] == 1}))
            snapshot.entries += entries_of(station, feed_at, own, aliases)
        except RejectedError as reason:
            snapshot.rejected[str(reason)] += 1
    return snapshot


def ids_with_owners(stations: list[Any]) -> Counter[str]:
    """Count the stations of the feed that claim each id; a station listed twice counts once."""
    claims: set[tuple[str, str]] = set()
    for station in stations:
        try:
            own, *others = station_ids(station)
        except RejectedError:
            continue
        claims |= {(claimed, own) for claimed in (own, *others)}
    return Counter(claimed for claimed, _ in claims)


def station_ids(station: Any) -> list[str]:
    """Return the ids of one station as text, its own first."""
    if not isinstance(station, dict):
        raise RejectedError(Reason.NOT_AN_OBJECT)
    own = station.get("station_id", station.get("id"))
    others = [station.get(name) for name in OTHER_IDS]
    texts = [str(one).strip() for one in (own, *others) if one is not None]
    if own is None or not texts[0]:
        raise RejectedError(Reason.NO_STATION_ID)
    return [texts[0], *(text for text in texts[1:] if text)]


def information_entries(
    station: dict[str, Any], feed_at: datetime, own: str, aliases: tuple[str, ...]
) -> list[StationEntry]:
    """Return what station_information says."""
    name = station.get("name")
    if isinstance(name, list):  # GBFS 3.0 gives one text per language
        name = next((one.get("text") for one in name), None)
    entry = StationEntry(
        feed_at, False, own, aliases, name,  # noqa: FBT003 -- a record's field
        lat=station.get("lat"), lon=station.get("lon"), capacity=if_whole(station.get("capacity")),
    )  # fmt: skip
    return [entry]


def status_entries(
    station: dict[str, Any], feed_at: datetime, own: str, aliases: tuple[str, ...]
) -> list[StationEntry]:
    """Return what station_status says."""
    bikes = first_of(station, "num_bikes_available", "num_vehicles_available")
    names = ("num_bikes_disabled", "num_vehicles_disabled")
    broken = next((station[name] for name in names if station.get(name) is not None), None)
    disabled = (if_whole(broken) or 0) + (if_whole(station.get("num_docks_disabled")) or 0)
    entry = StationEntry(
        feed_at, True, own, aliases, bikes=bikes, disabled=disabled,  # noqa: FBT003
        is_renting=flag(station.get("is_renting")), is_returning=flag(station.get("is_returning")),
    )  # fmt: skip
    return [entry]


def bean_entries(
    station: dict[str, Any], feed_at: datetime, own: str, aliases: tuple[str, ...]
) -> list[StationEntry]:
    """Return what a stationBeanList says: both kinds of feed at once."""
    renamed = {
        "name": station.get("stationName"), "capacity": station.get("totalDocks"),
        "lat": station.get("latitude"), "lon": station.get("longitude"),
        "num_bikes_available": station.get("availableBikes"),
    }  # fmt: skip
    state = station.get("statusValue")
    if state is not None:
        renamed |= dict.fromkeys(("is_renting", "is_returning"), state == "In Service")
    return [
        *information_entries(renamed, feed_at, own, aliases),
        *status_entries(renamed, feed_at, own, aliases),
    ]


def first_of(station: dict[str, Any], *names: str) -> int | None:
    """Return the first of these numbers that the station has."""
    return next((whole(station[name]) for name in names if station.get(name) is not None), None)


def whole(value: Any) -> int | None:
    """Parse a whole number, or None; raise if the station has to be set aside for it."""
    if value is None:
        return None
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise RejectedError(Reason.UNREADABLE_NUMBER) from error
    if number != float(value):
        raise RejectedError(Reason.UNREADABLE_NUMBER)
    return number


def if_whole(value: Any) -> int | None:
    """Parse a whole number, or None where the station is acceptable without it."""
    try:
        return whole(value)
    except RejectedError:
        return None


def flag(value: Any) -> bool | None:
    """Parse a boolean, or the 1 and 0 used before GBFS 2.0; None for anything else."""
    return bool(value) if value in (0, 1) else None


def feed_time(value: Any) -> datetime:
    """Parse `last_updated`: Unix seconds, or RFC 3339 text since GBFS 3.0."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).astimezone(UTC)
    return datetime.fromtimestamp(value, tz=UTC)
