"""The sample day as an operator would publish it: one trip file and two GBFS feeds."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from local_stack.sample_day.rides import Ride
from local_stack.sample_day.stations import Station

HEADER = (
    "tripduration", "starttime", "stoptime",
    "start station id", "start station name", "start station latitude", "start station longitude",
    "end station id", "end station name", "end station latitude", "end station longitude",
    "bikeid", "usertype", "birth year", "gender",
)  # fmt: skip
GENDERS = (1, 1, 2)


def write_trips(path: Path, rides: Sequence[Ride], starts_at: datetime, random: Random) -> None:
    """Write the rides in the format of Citi Bike's files of 2018 to early 2021."""
    header = ",".join(map(quoted, HEADER)) + "\n"
    lines = [trip_line(ride, starts_at, random) for ride in rides]
    path.write_text(header + "".join(lines), encoding="utf-8", newline="\n")


def trip_line(ride: Ride, starts_at: datetime, random: Random) -> str:
    """Return one row; the end columns of a ride that has no end are empty."""
    duration = "" if ride.ended_ms is None else str((ride.ended_ms - ride.started_ms) // 1000)
    ended = "" if ride.ended_ms is None else quoted(clock(starts_at, ride.ended_ms))
    subscriber = ride.is_subscriber
    born = round(random.triangular(1950, 2002, 1988)) if subscriber else 1969
    columns = (
        duration, quoted(clock(starts_at, ride.started_ms)), ended,
        place(ride.start), place(ride.end), str(ride.bike_id),
        quoted("Subscriber" if subscriber else "Customer"), str(born),
        str(random.choice(GENDERS) if subscriber else 0),
    )  # fmt: skip
    return ",".join(columns) + "\n"


def place(station: Station | None) -> str:
    """Return the four columns of one end of a trip."""
    if station is None:
        return ",,,"
    return f"{station.station_id},{quoted(station.crossing.name)},{station.lat},{station.lon}"


def quoted(text: str) -> str:
    """Return text in quotes; names of crossings contain none."""
    return f'"{text}"'


def clock(starts_at: datetime, ms: int) -> str:
    """Return the local time with the four decimals of these files."""
    at = starts_at + timedelta(milliseconds=ms)
    return f"{at:%Y-%m-%d %H:%M:%S}.{ms % 1000:03d}0"


def write_feed(path: Path, at: datetime, stations: Sequence[dict[str, Any]]) -> None:
    """Wrap stations as GBFS 2.3 does."""
    feed = {
        "last_updated": int(at.timestamp()),
        "ttl": 60,
        "version": "2.3",
        "data": {"stations": stations},
    }
    path.write_text(json.dumps(feed, indent=1) + "\n", encoding="utf-8")


def information_of(station: Station) -> dict[str, Any]:
    """Return the station's entry in station_information."""
    return {
        "station_id": station.station_id,
        "name": station.crossing.name,
        "short_name": station.short_name,
        "lat": station.lat,
        "lon": station.lon,
        "capacity": station.capacity,
    }


def status_of(station: Station, bikes: int, at: datetime) -> dict[str, Any]:
    """Return its entry in station_status; every dock holds a bike, is free or is out of order."""
    return {
        "station_id": station.station_id,
        "num_bikes_available": bikes,
        "num_bikes_disabled": station.bikes_disabled,
        "num_docks_available": station.docks - bikes,
        "num_docks_disabled": station.docks_disabled,
        "is_installed": True,
        "is_renting": station.is_open,
        "is_returning": station.is_open,
        "last_reported": int(at.timestamp()) - 30,
    }
