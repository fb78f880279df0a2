"""
Bikes moved by trucks, and the estimate built on them, recomputed from rows by their definitions.

It follows docs/estimate.md, not the product's SQL, and shares no code with it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import pairwise

from tests.support.truth import (
    NEVER,
    StationTruth,
    bikes_docked,
    docks_by_id,
    newest,
    newest_versions,
    recency,
    stations_of,
)
from tests.support.truth_snapshots import StationEntry
from tests.support.truth_trips import TripRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A bike that set off from elsewhere than its last trip left it; None is an unknown dock."""

    from_dock: str | None
    left_at: datetime
    to_dock: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the rows and snapshots say about all bikes."""

    ledger: list[TripRow]
    moves: list[Move]
    docked: Mapping[str, int]
    dock_of: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is estimated for one station, and from what."""

    bikes: int | None
    method: str | None


def moves_of(rows: list[TripRow], entries: list[StationEntry]) -> list[Move]:
    """Return a move wherever a bike's trip, in T3's order, starts away from the last one's end."""
    dock_of = docks_by_id(entries)
    rides: dict[str, list[TripRow]] = defaultdict(list)
    for trip in newest_versions(rows):
        if trip.bike_id:
            rides[trip.bike_id].append(trip)
    moves = []
    for trips in rides.values():
        for before, trip in pairwise([None, *sorted(trips, key=recency)]):
            assert trip is not None
            placed = before.end.station_id if before and before.ended_at else None
            move = Move(
                from_dock=dock_of.get(placed, placed) if placed else None,
                left_at=(before.ended_at or before.started_at) if before else NEVER,
                to_dock=dock_of.get(trip.start.station_id or "", trip.start.station_id),
                seen_at=trip.started_at,
            )
            if move.from_dock != move.to_dock:
                moves.append(move)
    return moves


def station_moves(
    rows: list[TripRow], entries: list[StationEntry]
) -> Mapping[str, Counter[tuple[datetime, str]]]:
    """Count the bikes moved into and out of each station, by the minute that revealed the move."""
    served = served_ids(stations_of(rows, entries), docks_by_id(entries))
    found: dict[str, Counter[tuple[datetime, str]]] = defaultdict(Counter)
    for move in moves_of(rows, entries):
        if move.from_dock and move.to_dock:
            minute = move.seen_at.replace(second=0, microsecond=0)
            found[served[move.to_dock]][minute, "in"] += 1
            found[served[move.from_dock]][minute, "out"] += 1
    return found


def estimates_of(rows: list[TripRow], entries: list[StationEntry]) -> Mapping[str, Estimate]:
    """Return what must be estimated for every station."""
    dock_of = docks_by_id(entries)
    ledger = newest_versions(rows)
    history = History(
        ledger=ledger,
        moves=moves_of(rows, entries),
        docked=bikes_docked(ledger, rows, dock_of),
        dock_of=dock_of,
    )
    stations = stations_of(rows, entries)
    estimates = {}
    for dock, station_id in served_ids(stations, dock_of).items():
        said = [one for one in entries if dock_of[one.station_id] == dock and one.is_status]
        anchor = newest(one for one in said if one.bikes is not None)
        if anchor:
            estimates[station_id] = since_anchor(
                history, dock, anchor, capacity=stations[station_id].capacity
            )
        else:
            docked = history.docked.get(dock)
            estimates[station_id] = Estimate(docked, None if docked is None else "places")
    return estimates


def served_ids(stations: Mapping[str, StationTruth], dock_of: Mapping[str, str]) -> dict[str, str]:
    """Return the served id of each dock."""
    return {dock_of.get(station_id, station_id): station_id for station_id in stations}


def since_anchor(
    history: History, dock: str, anchor: StationEntry, *, capacity: int | None
) -> Estimate:
    """Estimate from what happened after the anchor, bike by bike where bikes have ids."""
    events = [
        (change, trip.bike_id is not None)
        for trip in history.ledger
        for stop, at, change in ((trip.start, trip.started_at, -1), (trip.end, trip.ended_at, 1))
        if stop.station_id and history.dock_of.get(stop.station_id, stop.station_id) == dock
        if at and at > anchor.feed_at
    ]
    since = [one for one in history.moves if one.seen_at > anchor.feed_at]
    came = [one for one in since if one.to_dock == dock]
    went = [one for one in since if one.from_dock == dock]
    found = anchor.bikes or 0
    named_net = sum(change for change, is_named in events if is_named)
    placed = history.docked.get(dock, 0) - named_net - len(came) + len(went)
    brought = beyond(came, anchor.feed_at, found - placed)
    taken = beyond(went, anchor.feed_at, placed - found)
    bikes = found + sum(change for change, _ in events) + brought - taken
    unnamed = sum(not is_named for _, is_named in events)
    method = "bikes" if dock in history.docked and not unnamed else "flow"
    weight = brought + taken + Fraction(unnamed, 10)
    return Estimate(towards_half_full(bikes, weight, capacity), method)


def beyond(moves: list[Move], anchored_at: datetime, explained: int) -> int:
    """Count the moves after the anchor: those begun after it, and older ones it cannot explain."""
    later = sum(one.left_at > anchored_at for one in moves)
    return later + max(0, len(moves) - later - max(0, explained))


def towards_half_full(bikes: int, weight: Fraction, capacity: int | None) -> int:
    """Clamp the count to the capacity, then pull it towards half full by `weight`."""
    if capacity is None:
        return max(0, bikes)
    if capacity == 0:
        return 0
    held = max(0, min(bikes, capacity))
    share = (held + weight) / (capacity + 2 * weight)
    return int(capacity * share + Fraction(1, 2))
