"""How far the stream is, how late, and what became of every row received."""

from datetime import datetime
from typing import Any, NamedTuple

from psycopg2.extensions import cursor

from bikeshare.utc import utc_text
from chalicelib import queries
from chalicelib.drift import ErrorRow, drift_object, errors_by_age
from chalicelib.settings import Settings
from chalicelib.stations import utc_text_or_none


class Report(NamedTuple):
    """All data for the status, from one snapshot."""

    state: queries.SystemState
    totals: queries.Totals
    drops: list[queries.DropTotals]
    lanes: list[queries.LaneRow]
    errors: list[ErrorRow]
    stale_since: datetime | None = None

    def as_of_old(self, since: datetime | None) -> "Report":
        """Return the same report, marked as stale since then."""
        return self._replace(stale_since=since)


def read_report(db: cursor) -> Report:
    """Read everything in one snapshot."""
    return Report(
        queries.system_state(db),
        queries.totals(db),
        queries.drop_totals(db),
        queries.lanes(db),
        errors_by_age(db),
    )


def status_object(report: Report, *, settings: Settings, now: datetime) -> dict[str, Any]:
    """Return the report as an object; ages and lags are in seconds."""
    clock = report.state.event_clock
    drops_by_state = {row.state: row.drops for row in report.drops}
    return {
        "as_of": utc_text_or_none(clock),
        "stale_since": utc_text_or_none(report.stale_since),
        "now": utc_text(now),
        "age_s": seconds_between(clock, now),
        "version": report.state.version,
        "system": {
            "system_id": settings.system_id,
            "name": settings.system_name,
            "time_zone": settings.time_zone,
        },
        "stations": report.totals.stations,
        "trips": report.totals.trips,
        "drops": {state: drops_by_state.get(state, 0) for state in queries.DropState},
        "rows": {
            "read": sum(row.rows_read for row in report.drops),
            "published": sum(row.rows_published for row in report.drops),
            "rejected": sum(row.rows_rejected for row in report.drops),
            "applied": sum(row.rows_applied for row in report.drops),
            "duplicate": sum(row.rows_duplicate for row in report.drops),
        },
        "lanes": {row.lane: lane_object(row, now) for row in report.lanes},
        "unreadable_records": report.totals.unreadable_records,
        "drift": [drift_object(row) for row in report.errors],
    }


def lane_object(row: queries.LaneRow, now: datetime) -> dict[str, Any]:
    """Return a lane's newest batch; lag_s counts from the broker's time of its newest record."""
    return {
        "applied_at": utc_text(row.applied_at),
        "newest_record_at": utc_text_or_none(row.newest_record_at),
        "lag_s": seconds_between(row.newest_record_at, row.applied_at),
        "idle_s": seconds_between(row.applied_at, now),
        "records": row.records,
        "rows_seen": row.rows_seen,
        "rows_applied": row.rows_applied,
    }


def seconds_between(earlier: datetime | None, later: datetime) -> float | None:
    """Return the seconds between two times; None if the first is unknown."""
    return None if earlier is None else round((later - earlier).total_seconds(), 3)
