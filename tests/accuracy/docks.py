"""What happens at one station's docks, bike by bike, as trips tell it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

from tests.support.truth_trips import TripRow

NEVER = datetime.min.replace(tzinfo=UTC)
NOT_YET = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """One arrival (+1) or departure (-1)."""

    at: datetime
    change: int


@dataclass(frozen=True, slots=True)
class Stay:
    """A bike left here, until it set off again: from here, or from where a truck had put it."""

    since: datetime
    until: datetime
    was_taken: bool


@dataclass(frozen=True, slots=True)
class Appearance:
    """A bike that set off from here without having been left here."""

    at: datetime
    left_elsewhere_at: datetime
    is_first: bool


@dataclass(slots=True)
class Docks:
    """One station's events, stays and appearances, in no order."""

    events: list[Event] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    appearances: list[Appearance] = field(default_factory=list)


def docks_of(trips: Iterable[TripRow]) -> Mapping[str, Docks]:
    """Follow every bike from trip to trip."""
    docks: dict[str, Docks] = defaultdict(Docks)
    bikes: dict[str, list[TripRow]] = defaultdict(list)
    for trip in trips:
        docks[trip.start.station_id or ""].events.append(Event(trip.started_at, -1))
        if trip.ended_at:
            docks[trip.end.station_id or ""].events.append(Event(trip.ended_at, 1))
        bikes[trip.bike_id or ""].append(trip)
    for rides in bikes.values():
        rides.sort(key=lambda trip: (trip.started_at, trip.ended_at or NEVER, trip.key))
        for before, trip in pairwise([None, *rides, None]):
            follow(docks, before, trip)
    return docks


def follow(docks: Mapping[str, Docks], before: TripRow | None, trip: TripRow | None) -> None:
    """Enter what happened to a bike between two of its trips."""
    left_at = before.end.station_id if before and before.ended_at else None
    away = trip is not None and trip.start.station_id != left_at
    if before and before.ended_at and left_at:
        until = trip.started_at if trip else NOT_YET
        docks[left_at].stays.append(Stay(before.ended_at, until, away))
    if trip and away:
        left = (before.ended_at or before.started_at) if before else NEVER
        docks[trip.start.station_id or ""].appearances.append(
            Appearance(trip.started_at, left, before is None)
        )
