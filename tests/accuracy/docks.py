"""What happens at one station's docks, bike by bike, as trips reveal it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

from tests.support.truth_trips import TripRow

NEVER = datetime.min.replace(tzinfo=UTC)
NOT_YET = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """One arrival (+1) or departure (-1), and when it was known."""

    at: datetime
    change: int
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Stay:
    """A bike left here, until it set off again: from here, or from where a truck had put it."""

    since: datetime
    until: datetime
    was_taken: bool
    known_at: datetime

    def as_known(self, moment: datetime) -> "Stay":
        """Return it as it looked at a moment: not over before its end is known."""
        known = self.known_at <= moment
        return self if known else Stay(self.since, NOT_YET, was_taken=False, known_at=NOT_YET)


@dataclass(frozen=True, slots=True)
class Appearance:
    """A bike that set off from here without having been left here."""

    at: datetime
    left_elsewhere_at: datetime
    is_first: bool
    known_at: datetime


@dataclass(slots=True)
class Docks:
    """One station's events, stays and appearances, in no particular order."""

    events: list[Event] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    appearances: list[Appearance] = field(default_factory=list)

    def as_known(self, moment: datetime) -> "Docks":
        """Return what was known at a moment."""
        return Docks(
            [one for one in self.events if one.known_at <= moment],
            [one.as_known(moment) for one in self.stays if one.since <= moment],
            [one for one in self.appearances if one.known_at <= moment],
        )


def departure_known(trip: TripRow) -> datetime:
    """Return when a departure is known if open trips are reported: at once."""
    return trip.started_at


def departure_known_late(trip: TripRow) -> datetime:
    """Return when a departure is known if only ended trips are: with the arrival."""
    return trip.ended_at or NOT_YET


def docks_of(
    trips: Iterable[TripRow], known: Callable[[TripRow], datetime] = departure_known
) -> Mapping[str, Docks]:
    """Follow every bike from trip to trip; `known` says when a trip's departure is."""
    docks: dict[str, Docks] = defaultdict(Docks)
    bikes: dict[str, list[TripRow]] = defaultdict(list)
    for trip in trips:
        docks[trip.start.station_id or ""].events.append(Event(trip.started_at, -1, known(trip)))
        if trip.ended_at:
            docks[trip.end.station_id or ""].events.append(Event(trip.ended_at, 1, trip.ended_at))
        bikes[trip.bike_id or ""].append(trip)
    for rides in bikes.values():
        rides.sort(key=lambda trip: (trip.started_at, trip.ended_at or NEVER, trip.key))
        for before, trip in pairwise([None, *rides, None]):
            follow(docks, before, trip, known(trip) if trip else NOT_YET)
    return docks


def follow(
    docks: Mapping[str, Docks], before: TripRow | None, trip: TripRow | None, known_at: datetime
) -> None:
    """Record what happened to a bike between two of its trips; the later is known at `known_at`."""
    left_at = before.end.station_id if before and before.ended_at else None
    away = trip is not None and trip.start.station_id != left_at
    if before and before.ended_at and left_at:
        until = trip.started_at if trip else NOT_YET
        docks[left_at].stays.append(Stay(before.ended_at, until, away, known_at))
    if trip and away:
        left = (before.ended_at or before.started_at) if before else NEVER
        docks[trip.start.station_id or ""].appearances.append(
            Appearance(trip.started_at, left, before is None, known_at)
        )
