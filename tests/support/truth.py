"""
The state by T1 to T10, recomputed from raw files: the outside check on what the product serves.

It imports nothing from the product and follows the rules, not the product's parser or SQL. Where
the rules leave room, the docstring of the function concerned says how they are read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.support.truth_snapshots import StationEntry, read_snapshot
from tests.support.truth_trips import RefusedError, Stop, TripRow, read_trip_file

Age = tuple[datetime, datetime, str, int]

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class StationTruth:
    """What must be served for one station."""

    station_id: str
    aliases: tuple[str, ...]
    name: str | None
    lat: float | None
    lon: float | None
    capacity: int | None
    num_bikes_available: int | None
    num_docks_available: int | None
    unheld: int | None
    drift: int | None
    net_flow: int
    anchored_at: datetime | None
    is_renting: bool | None
    is_returning: bool | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTruth:
    """What must be counted for one complete attempt at one file."""

    path: Path
    rows_read: int = 0
    rows_published: int = 0
    rejected: Mapping[str, int]
    refused: str | None = None

    @property
    def rows_rejected(self) -> int:
        """Rows set aside, whatever the reason."""
        return sum(self.rejected.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The whole state that a set of files results in."""

    stations: Mapping[str, StationTruth]
    files: tuple[FileTruth, ...]
    trips: int
    event_clock: datetime | None


def recompute(
    files: Iterable[Path], *, received_at: datetime, time_zone: str = "America/New_York"
) -> Truth:
    """Recompute the state after all these files, dropped at `received_at` in any order."""
    zone, rows, entries, reports = ZoneInfo(time_zone), [], [], []
    clock: list[datetime] = []
    for path in files:
        try:
            if path.name.removesuffix(".gz").endswith(".json"):
                snapshot = read_snapshot(path, zone=zone)
                entries += snapshot.entries
                clock.append(snapshot.feed_at)
                read, rejected = snapshot.rows_read, snapshot.rejected
            else:
                trips = read_trip_file(path, received_at=received_at, zone=zone)
                rows += trips.rows
                read, rejected = trips.rows_read, trips.rejected
        except RefusedError as error:
            reports.append(FileTruth(path=path, rejected={}, refused=str(error)))
            continue
        published = read - rejected.total()
        report = FileTruth(
            path=path, rows_read=read, rows_published=published, rejected=dict(rejected)
        )
        reports.append(report)
    clock += [at for row in rows for at in (row.started_at, row.ended_at) if at]
    return Truth(
        stations=stations_of(rows, entries),
        files=tuple(reports),
        trips=len({row.key for row in rows}),
        event_clock=max(clock, default=None),
    )


def stations_of(rows: list[TripRow], entries: list[StationEntry]) -> Mapping[str, StationTruth]:
    """Return every station that a snapshot or an accepted row names, by its served id."""
    dock_of = docks_by_id(entries)
    ledger = newest_versions(rows)
    docked = bikes_docked(ledger, rows, dock_of)
    named = mentions(rows, dock_of)
    said: dict[str, list[StationEntry]] = defaultdict(list)
    for entry in entries:
        said[dock_of[entry.station_id]].append(entry)
    events: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for trip in ledger:
        for stop, at, change in ((trip.start, trip.started_at, -1), (trip.end, trip.ended_at, 1)):
            if stop.station_id and at:
                events[dock_of.get(stop.station_id, stop.station_id)].append((at, change))
    ids: dict[str, set[str]] = defaultdict(set)
    for one, dock in dock_of.items():
        ids[dock].add(one)
    stations = [
        station_truth(
            ids.get(dock, {dock}), said[dock], named.get(dock, []), events[dock], docked.get(dock)
        )
        for dock in {*said, *named}
    ]
    return {station.station_id: station for station in stations}


def station_truth(
    ids: set[str],
    entries: list[StationEntry],
    named: list[tuple[Age, Stop]],
    events: list[tuple[datetime, int]],
    docked: int | None,
) -> StationTruth:
    """Compute what is served for one dock from all that is known about it (T3 to T6, T9)."""
    information = newest(entry for entry in entries if not entry.is_status)
    newest_status = newest(entry for entry in entries if entry.is_status)
    status = newest(entry for entry in entries if entry.is_status and entry.bikes is not None)
    served_from = newest(entries)
    served_id = served_from.station_id if served_from else min(ids)
    capacity = information.capacity if information else None
    unheld = served = docked
    anchor = status.feed_at if status else NEVER
    net_flow = sum(change for at, change in events if at > anchor)
    if status and status.bikes is not None:
        unheld = status.bikes + net_flow
        served = max(0, unheld if capacity is None else min(unheld, capacity))
    docks = None
    if capacity is not None and served is not None:
        docks = max(0, capacity - served - (status.disabled if status else 0))
    name, place = name_and_place(information, named)
    return StationTruth(
        station_id=served_id,
        aliases=tuple(sorted(ids - {served_id})),
        name=name,
        lat=place[0] if place else None,
        lon=place[1] if place else None,
        capacity=capacity,
        num_bikes_available=served,
        num_docks_available=docks,
        unheld=unheld,
        drift=None if unheld is None or served is None else unheld - served,
        net_flow=net_flow,
        anchored_at=status.feed_at if status else None,
        is_renting=newest_status.is_renting if newest_status else None,
        is_returning=newest_status.is_returning if newest_status else None,
        source="both" if entries and named else "snapshot" if entries else "trips",
    )


def newest(entries: Iterable[StationEntry]) -> StationEntry | None:
    """
    Return the entry of the newest feed.

    The rules do not order two feeds of the same second; here station_information wins, then the
    greater id, then the greater count.
    """
    return max(
        entries,
        key=lambda entry: (entry.feed_at, not entry.is_status, entry.station_id, entry.bikes or 0),
        default=None,
    )


def docks_by_id(entries: list[StationEntry]) -> dict[str, str]:
    """Map every id in the snapshots to its dock: ids of one entry are one dock (T10)."""
    docks: dict[str, set[str]] = {}
    for entry in entries:
        together = {entry.station_id, *entry.aliases}
        for known in [docks[one] for one in together if one in docks]:
            together |= known
        for one in together:
            docks[one] = together
    return {one: min(together) for one, together in docks.items()}


def newest_versions(rows: list[TripRow]) -> list[TripRow]:
    """
    Keep one version of each trip (T1).

    The rules go no further than comparing end station ids as text; here the later start, then the
    greater start station id break remaining ties.
    """
    ledger: dict[str, TripRow] = {}
    for row in rows:
        known = ledger.get(row.key)
        if known is None or version(row) > version(known):
            ledger[row.key] = row
    return list(ledger.values())


def version(row: TripRow) -> tuple[datetime, str, datetime, str]:
    """Return the sort key of one version of a trip."""
    return (
        row.ended_at or NEVER,
        row.end.station_id or "",
        row.started_at,
        row.start.station_id or "",
    )


def bikes_docked(
    ledger: list[TripRow], rows: list[TripRow], dock_of: Mapping[str, str]
) -> Mapping[str, int]:
    """
    Count the bikes where their newest trips left them (T3).

    A station named only by trips without a bike id has no count; any accepted row with a bike id
    gives it one, if only 0. An end station without an end time docks no bike: the trip is open.
    """
    last: dict[str, TripRow] = {}
    for trip in ledger:
        if trip.bike_id:
            known = last.get(trip.bike_id)
            if known is None or recency(trip) > recency(known):
                last[trip.bike_id] = trip
    counts = Counter(
        dock_of.get(trip.end.station_id, trip.end.station_id)
        for trip in last.values()
        if trip.ended_at and trip.end.station_id
    )
    for row in rows:
        for stop in (row.start, row.end):
            if row.bike_id and stop.station_id:
                counts[dock_of.get(stop.station_id, stop.station_id)] += 0
    return counts


def recency(trip: TripRow) -> tuple[datetime, datetime, str]:
    """Return the sort key of one bike's trips (T3)."""
    return (trip.started_at, trip.ended_at or NEVER, trip.key)


def mentions(
    rows: list[TripRow], dock_of: Mapping[str, str]
) -> Mapping[str, list[tuple[Age, Stop]]]:
    """Collect what accepted rows say about each dock, with keys that sort by age as in T3."""
    found: dict[str, list[tuple[Age, Stop]]] = defaultdict(list)
    for row in rows:
        for side, stop in enumerate((row.start, row.end)):
            if stop.station_id:
                dock = dock_of.get(stop.station_id, stop.station_id)
                found[dock].append(((*recency(row), side), stop))
    return found


def name_and_place(
    information: StationEntry | None, named: list[tuple[Age, Stop]]
) -> tuple[str | None, tuple[float, float] | None]:
    """Name and place by T9: each from the newest snapshot, else from the newest row that has it."""
    names = [(age, stop.name) for age, stop in named if stop.name]
    places = [(age, stop.place) for age, stop in named if stop.place]
    name, place = max(names, default=(None, None))[1], max(places, default=(None, None))[1]
    if information:
        name = information.name or name
        if information.lat is not None and information.lon is not None:
            place = (information.lat, information.lon)
    return name, place
