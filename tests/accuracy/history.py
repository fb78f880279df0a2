"""Bay Area Bike Share's first week: its trips, and what its stations reported."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.support.truth_trips import TripRow, read_trip_file

PACIFIC = ZoneInfo("America/Los_Angeles")
TRIPS = "201309_trip_data_20130829-20130905.csv"
EVERY_STATION = "status_sample_20130829-20130905.csv"
STATION_2_HOURLY = "status_station2_hourly_20130829-20130905.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one station reported at one moment."""

    station_id: str
    at: datetime
    bikes: int
    capacity: int


def read_trips(folder: Path) -> list[TripRow]:
    """The trips of the week."""
    read = read_trip_file(folder / TRIPS, received_at=datetime.now(UTC), zone=PACIFIC)
    return read.rows


def read_status(path: Path, *, apart: timedelta = timedelta(0)) -> Mapping[str, list[Reading]]:
    """Read each station's readings in order of time, at least `apart` from each other."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: row["time"])
    readings: dict[str, list[Reading]] = defaultdict(list)
    for row in rows:
        local = datetime.strptime(row["time"], "%Y/%m/%d %H:%M:%S").replace(tzinfo=PACIFIC)
        reading = Reading(
            station_id=row["station_id"],
            at=local.astimezone(UTC),
            bikes=int(row["bikes_available"]),
            capacity=int(row["bikes_available"]) + int(row["docks_available"]),
        )
        known = readings[reading.station_id]
        if not known or reading.at - known[-1].at >= apart:
            known.append(reading)
    return readings


def known_at(trips: Iterable[TripRow], moment: datetime) -> Iterator[TripRow]:
    """Yield what could be known at a moment: trips begun by then, open if they had not ended."""
    for trip in trips:
        if trip.started_at <= moment:
            ended = trip.ended_at is not None and trip.ended_at <= moment
            yield trip if ended else opened(trip)


def opened(trip: TripRow) -> TripRow:
    """Return the trip as it was while its bike was out."""
    nowhere = type(trip.end)(None, None, None)
    return TripRow(trip.key, trip.bike_id, trip.started_at, None, trip.start, nowhere)


def pairs(readings: Sequence[Reading]) -> Iterator[tuple[int, Reading, Reading]]:
    """Yield every reading as an anchor, with every later one to be predicted from it."""
    for number, anchor in enumerate(readings):
        for found in readings[number + 1 :]:
            yield number, anchor, found
