"""Read a station file: GBFS 1.x, 2.x and 3.0, and the list that Citi Bike had before GBFS."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from bikeshare.errors import MalformedRowError, UnreadableFileError
from bikeshare.reasons import Reason
from bikeshare.station_fields import (
    OLDEST_REPORT,
    StationObject,
    alias_candidates,
    count_if_readable,
    count_of,
    flag_of,
    json_number,
    moment_of,
    name_of,
    position_of,
    report_text,
    station_id_of,
)
from bikeshare.station_list import bean_information, bean_moment, bean_status
from bikeshare.stations import Feed, Station, StationInformation, StationStatus
from bikeshare.utc import FUTURE_TOLERANCE

_STATUS_KEYS: Final = ("num_bikes_available", "num_vehicles_available", "num_docks_available")


@dataclass(frozen=True, kw_only=True)
class RejectedStation:
    """One entry of a station list that is not a station, numbered from 1."""

    number: int
    text: str
    error: MalformedRowError


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """All stations of one feed at one moment."""

    feed: Feed
    feed_at: datetime
    stations: tuple[Station, ...]
    rejected: tuple[RejectedStation, ...]


Readers = Mapping[Feed, Callable[[StationObject], Station]]


def read_station_file(data: bytes, *, received_at: datetime, zone: ZoneInfo) -> list[Snapshot]:
    """Read the one or two feeds that a file holds; raise UnreadableFileError if none."""
    document = _document(data)
    is_bean_list = "stationBeanList" in document
    listed = document["stationBeanList"] if is_bean_list else _listed(document)
    if not isinstance(listed, list) or not listed:
        message = "The feed lists no station. Check what it was saved from, and upload it again."
        raise UnreadableFileError(message)
    if is_bean_list:
        written = document.get("executionTime")
        feed_at = _checked_moment(bean_moment(written, zone), written, received_at)
        readers = _bean_readers(feed_at, zone)
    else:
        written = document.get("last_updated")
        feed_at = _checked_moment(moment_of(written), written, received_at)
        readers = _gbfs_readers(listed, feed_at)
    return [_snapshot(feed, feed_at, listed, read) for feed, read in readers.items()]


def _document(data: bytes) -> Mapping[str, Any]:
    try:
        # A number with decimals stays as it is written: as an id, 8358.10 is not 8358.1.
        document = json.loads(data, parse_float=Decimal, parse_constant=str)
    except (ValueError, ArithmeticError, RecursionError) as error:
        message = (
            f"The file is not whole JSON ({error}). "
            "Files in stations/ are GBFS station_information or station_status; upload it again."
        )
        raise UnreadableFileError(message) from error
    if not isinstance(document, dict):
        message = "The file is JSON, but not a GBFS feed: it is no object with a list of stations."
        raise UnreadableFileError(message)
    return document


def _listed(document: Mapping[str, Any]) -> object:
    data = document.get("data")
    if isinstance(data, dict) and "stations" in data:
        return data["stations"]
    message = (
        "The JSON has no data.stations, so it is neither GBFS station_information nor "
        f"station_status. Its keys: {', '.join(list(document)[:10]) or 'none'}."
    )
    raise UnreadableFileError(message)


def _checked_moment(moment: datetime | None, written: object, received_at: datetime) -> datetime:
    """Require a plausible time: counts of an unknown time cannot be rolled forward."""
    if moment is None or moment < OLDEST_REPORT:
        message = (
            f"The feed does not say when it was true: its time is {str(written)[:50]!r}. "
            "Upload a feed with last_updated."
        )
        raise UnreadableFileError(message)
    if moment > received_at + FUTURE_TOLERANCE:
        message = (
            f"The feed says {str(written)[:50]!r}, more than a day after it arrived. "
            "Check the clock of the machine that saved it."
        )
        raise UnreadableFileError(message)
    return moment


def _bean_readers(feed_at: datetime, zone: ZoneInfo) -> Readers:
    return {
        Feed.INFORMATION: bean_information,
        Feed.STATUS: lambda station: bean_status(station, feed_at, zone),
    }


def _gbfs_readers(listed: list[Any], feed_at: datetime) -> Readers:
    """Tell the feeds apart by what their stations say, since a file's name may say anything."""
    keys = {key for station in listed if isinstance(station, dict) for key in station}
    readers: dict[Feed, Callable[[StationObject], Station]] = {}
    has_status = bool(keys & set(_STATUS_KEYS))
    # In some systems the status feed names its stations. That alone does not say where they are,
    # and as the newest information it would make us forget their positions.
    if "lat" in keys or ("name" in keys and not has_status):
        readers[Feed.INFORMATION] = _information
    if has_status:
        readers[Feed.STATUS] = lambda station: _status(station, feed_at)
    if not readers:
        message = (
            "The stations have neither a name nor a count, so the file is neither GBFS "
            f"station_information nor station_status. Their keys: {', '.join(sorted(keys)[:20])}."
        )
        raise UnreadableFileError(message)
    return readers


def _information(station: StationObject) -> StationInformation:
    station_id = station_id_of(station)
    lat, lon = position_of(station)
    return StationInformation(
        station_id=station_id,
        aliases=tuple(alias_candidates(station, station_id)),
        name=name_of(station),
        lat=lat,
        lon=lon,
        capacity=count_if_readable(station, "capacity"),
    )


def _status(station: StationObject, feed_at: datetime) -> StationStatus:
    station_id = station_id_of(station)
    return StationStatus(
        station_id=station_id,
        aliases=tuple(alias_candidates(station, station_id)),
        num_bikes_available=count_of(station, "num_bikes_available", "num_vehicles_available"),
        num_ebikes_available=count_if_readable(station, "num_ebikes_available"),
        num_bikes_disabled=count_if_readable(
            station, "num_bikes_disabled", "num_vehicles_disabled"
        ),
        num_docks_available=count_if_readable(station, "num_docks_available"),
        num_docks_disabled=count_if_readable(station, "num_docks_disabled"),
        is_installed=flag_of(station, "is_installed"),
        is_renting=flag_of(station, "is_renting"),
        is_returning=flag_of(station, "is_returning"),
        last_reported=report_text(moment_of(station.get("last_reported")), feed_at),
    )


def _snapshot(
    feed: Feed, feed_at: datetime, listed: list[Any], read: Callable[[StationObject], Station]
) -> Snapshot:
    stations: list[Station] = []
    rejected: list[RejectedStation] = []
    for number, station in enumerate(listed, 1):
        try:
            stations.append(read(_object(station)))
        except MalformedRowError as error:
            text = json.dumps(station, default=json_number)
            rejected.append(RejectedStation(number=number, text=text, error=error))
    return Snapshot(
        feed=feed,
        feed_at=feed_at,
        stations=tuple(_with_own_aliases(stations)),
        rejected=tuple(rejected),
    )


def _object(listed: object) -> StationObject:
    if not isinstance(listed, dict):
        detail = f"a station is a JSON object; this is {type(listed).__name__}"
        raise MalformedRowError(Reason.NOT_AN_OBJECT, detail)
    return listed


def _with_own_aliases(stations: list[Station]) -> list[Station]:
    """Leave out the aliases that two stations claim: it is unclear which one is meant (T10)."""
    # A station that is listed twice is one claimant.
    claimed_by = {
        (claimed, station.station_id)
        for station in stations
        for claimed in (station.station_id, *station.aliases)
    }
    claims = Counter(claimed for claimed, _ in claimed_by)
    return [
        replace(station, aliases=tuple(sorted(a for a in station.aliases if claims[a] == 1)))
        for station in stations
    ]
