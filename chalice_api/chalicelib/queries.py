# ruff: noqa: S608 - statements are put together from this module's constants only
"""Statements about stations and drops; values are always bound, each answer is one snapshot."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from psycopg2.extensions import cursor


class SystemState(NamedTuple):
    """How far the stream has come: every change of what is served raises the version."""

    version: int
    event_clock: datetime | None


class StationRow(NamedTuple):
    """A station as served, in the order of the columns below."""

    station_id: str
    name: str | None
    lat: float | None
    lon: float | None
    capacity: int | None
    num_bikes_available: int | None
    num_ebikes_available: int | None
    num_docks_available: int | None
    is_installed: bool | None
    is_renting: bool | None
    is_returning: bool | None
    last_reported: datetime | None
    anchored_at: datetime | None
    source: str
    drift: int | None
    net_flow: int
    aliases: list[str]
    version: int
    estimated_bikes: int | None
    estimate_method: str | None


class DropState(StrEnum):
    """What has become of a drop, in the words of the view `drop_account`."""

    PUBLISHING = "publishing"
    APPLYING = "applying"
    COMPLETE = "complete"
    REFUSED = "refused"


class DropRow(NamedTuple):
    """What happened to one drop, in the order of the columns below."""

    drop_id: str
    key: str | None
    lane: str
    state: str
    reason: str | None
    rows_read: int | None
    rows_published: int | None
    rows_rejected: int | None
    rows_applied: int | None
    rows_duplicate: int | None
    rejected: dict[str, int] | None
    rejected_key: str | None
    size_bytes: int | None
    first_event_at: datetime | None
    last_event_at: datetime | None
    received_at: datetime | None
    completed_at: datetime | None
    attempts: list[dict[str, Any]]


class DropTotals(NamedTuple):
    """The drops in one state and the sums of their rows."""

    state: str
    drops: int
    rows_read: int
    rows_published: int
    rows_rejected: int
    rows_applied: int
    rows_duplicate: int


class LaneRow(NamedTuple):
    """The newest batch of a lane."""

    lane: str
    applied_at: datetime
    newest_record_at: datetime | None
    records: int
    rows_seen: int
    rows_applied: int


class Totals(NamedTuple):
    """Numbers of the whole system."""

    stations: int
    trips: int
    unreadable_records: int


STATE = """
SELECT version, event_clock
FROM system_state
"""

STATION = """
SELECT station_id, name, lat, lon, capacity,
    num_bikes_available, num_ebikes_available, num_docks_available,
    is_installed, is_renting, is_returning, last_reported, anchored_at,
    source, drift, net_flow, aliases, version, estimated_bikes, estimate_method
FROM station
JOIN station_status USING (station_id)
"""

ALL_STATIONS = f"""
{STATION}
ORDER BY station_id
"""

ONE_STATION = f"""
{STATION}
WHERE station_id = coalesce(
    (SELECT station_id FROM station_alias WHERE alias = %(id)s),
    %(id)s
)
"""

DROP = """
SELECT drop_id, key, lane, state, reason,
    rows_read, rows_published, rows_rejected, rows_applied, rows_duplicate,
    rejected, rejected_key, size_bytes,
    first_event_at, last_event_at, received_at, completed_at, attempts
FROM drop_account
"""

# After the end of the previous page; a drop whose arrival is not known yet comes first.
AFTER_DROP = """
(
    %(after)s IS NULL
    OR (coalesce(received_at, 'infinity') = %(after_at)s AND drop_id > %(after)s)
    OR coalesce(received_at, 'infinity') < %(after_at)s
)
"""

# Selected by the index first, so that only the drops shown are added up.
NEWEST_DROPS = f"""
{DROP}
WHERE drop_id IN (
    SELECT drop_id
    FROM drop
    WHERE lane = coalesce(%(lane)s, lane)
        AND {AFTER_DROP}
    ORDER BY received_at DESC NULLS FIRST, drop_id
    LIMIT %(limit)s
)
ORDER BY received_at DESC NULLS FIRST, drop_id
"""


def _newest_in_state(chosen: str) -> str:
    return f"""
{DROP}
WHERE lane = coalesce(%(lane)s, lane)
    AND state = %(state)s
    AND {chosen}
    AND {AFTER_DROP}
ORDER BY received_at DESC NULLS FIRST, drop_id
LIMIT %(limit)s
"""


# Most drops are complete, so the newest of those are soon found. The others are selected by the
# index of attempts first, as each of them has one: computing every drop's state takes seconds.
NEWEST_DROPS_IN_STATE: dict[str, str] = {
    DropState.COMPLETE: _newest_in_state("true"),
    DropState.REFUSED: _newest_in_state(
        "drop_id IN (SELECT drop_id FROM attempt WHERE outcome = 'refused')"
    ),
    **dict.fromkeys(
        (DropState.PUBLISHING, DropState.APPLYING),
        _newest_in_state("drop_id IN (SELECT drop_id FROM attempt WHERE completed_at IS NULL)"),
    ),
}

ARRIVAL = """
SELECT coalesce(received_at, 'infinity')::text
FROM drop
WHERE drop_id = %(id)s
"""

ONE_DROP = f"""
{DROP}
WHERE drop_id = %(id)s
"""

# Maintained by the batches: adding up all drops would take longer the more there are.
DROP_TOTALS = """
SELECT state, drops, rows_read, rows_published, rows_rejected, rows_applied, rows_duplicate
FROM drop_total
WHERE drops > 0
ORDER BY state
"""

# By the index of each lane's batches, of which a day is kept, one a second.
LANES = """
SELECT newest.*
FROM (VALUES ('backfill'), ('live')) AS stream(lane)
CROSS JOIN LATERAL (
    SELECT lane, applied_at, newest_record_at, records, rows_seen, rows_applied
    FROM applied_batch
    WHERE applied_batch.lane = stream.lane
    ORDER BY applied_at DESC
    LIMIT 1
) AS newest
ORDER BY lane
"""

TOTALS = """
SELECT (SELECT count(*) FROM station JOIN station_status USING (station_id)),
    trips,
    (SELECT count(*) FROM unreadable_record WHERE redriven_at IS NULL)
FROM system_state
"""


def system_state(db: cursor) -> SystemState:
    """Read the version and the event clock."""
    db.execute(STATE)
    row = db.fetchone()
    return SystemState(version=0, event_clock=None) if row is None else SystemState._make(row)


def all_stations(db: cursor) -> list[StationRow]:
    """Read the whole city, in a stable order."""
    db.execute(ALL_STATIONS)
    return [StationRow._make(row) for row in db.fetchall()]


def one_station(db: cursor, station_id: str) -> StationRow | None:
    """Find a station by any of its ids; none has a null byte, which Postgres would refuse."""
    if "\x00" in station_id:
        return None
    db.execute(ONE_STATION, {"id": station_id})
    row = db.fetchone()
    return None if row is None else StationRow._make(row)


class DropPage(NamedTuple):
    """The drops that a request wants: in a lane, in a state, at most `limit` after one."""

    lane: str | None
    state: str | None
    after: str | None
    limit: int


def drops(db: cursor, page: DropPage) -> list[DropRow]:
    """Read the newest drops; those whose arrival is not known yet come first."""
    statement = NEWEST_DROPS if page.state is None else NEWEST_DROPS_IN_STATE[page.state]
    after_at = None
    if page.after is not None:
        db.execute(ARRIVAL, {"id": page.after})
        (after_at,) = db.fetchone() or (None,)
    db.execute(statement, page._asdict() | {"after_at": after_at})
    return [DropRow._make(row) for row in db.fetchall()]


def one_drop(db: cursor, drop_id: str) -> DropRow | None:
    """Find a drop; none has a null byte in its id."""
    if "\x00" in drop_id:
        return None
    db.execute(ONE_DROP, {"id": drop_id})
    row = db.fetchone()
    return None if row is None else DropRow._make(row)


def drop_totals(db: cursor) -> list[DropTotals]:
    """Read how many drops are in each state, and the sums of their rows."""
    db.execute(DROP_TOTALS)
    return [DropTotals._make(row) for row in db.fetchall()]


def lanes(db: cursor) -> list[LaneRow]:
    """Read each lane's newest batch."""
    db.execute(LANES)
    return [LaneRow._make(row) for row in db.fetchall()]


def totals(db: cursor) -> Totals:
    """Count the system's stations, trips and unreadable records."""
    db.execute(TOTALS)
    row = db.fetchone()
    return Totals(0, 0, 0) if row is None else Totals._make(row)
