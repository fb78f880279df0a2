"""The sample day from its seed to its three files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from local_stack.sample_day.files import information_of, status_of, write_feed, write_trips
from local_stack.sample_day.rides import DAY_MS, ride_all_day
from local_stack.sample_day.stations import Station, build_stations

STARTS_AT = datetime(2019, 6, 12, 5, tzinfo=ZoneInfo("America/New_York"))
BIKE_IDS = range(14529, 60000)


@dataclass(frozen=True, slots=True)
class SampleDay:
    """Where the files are, and which hours they cover."""

    trips: Path
    station_information: Path
    station_status: Path
    starts_at: datetime
    ends_at: datetime


def write_sample_day(folder: Path, *, seed: int, stations: int = 320) -> SampleDay:
    """Write a Wednesday from 5:00 to midnight; the same seed gives the same bytes."""
    random = Random(seed)  # noqa: S311 -- a made-up day, no secret
    city = build_stations(stations, random)
    docked = bikes_at_dawn(city, random)
    day = SampleDay(
        trips=folder / "20190612-sample-tripdata.csv",
        station_information=folder / "station_information.json",
        station_status=folder / "station_status.json",
        starts_at=STARTS_AT.astimezone(UTC),
        ends_at=(STARTS_AT + timedelta(milliseconds=DAY_MS)).astimezone(UTC),
    )
    folder.mkdir(parents=True, exist_ok=True)
    statuses = [
        status_of(station, len(bikes), STARTS_AT)
        for station, bikes in zip(city, docked, strict=True)
    ]
    write_feed(day.station_information, STARTS_AT, [information_of(station) for station in city])
    write_feed(day.station_status, STARTS_AT, statuses)
    write_trips(day.trips, ride_all_day(city, docked, random), STARTS_AT, random)
    return day


def bikes_at_dawn(city: Sequence[Station], random: Random) -> list[list[int]]:
    """Place the bikes at 5:00: most where people live, fewer where they work."""
    ids = iter(random.sample(BIKE_IDS, len(BIKE_IDS)))
    docked = []
    for station in city:
        share = min(0.95, max(0.03, random.gauss(0.62 - 0.3 * station.offices, 0.17)))
        docked.append([next(ids) for _ in range(round(station.docks * share))])
    return docked
