"""`python -m tests.bench.history_speed`: history five years back, by the day and by the event."""

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
from chalicelib.history import FLOWS, Span, read_history
from psycopg2.extensions import cursor

from lambdas.migrate_database.migration import upgrade
from local_stack.services.postgres import Postgres

# A busy station: somebody comes and goes every four minutes, day and night.
FIVE_YEARS = """
INSERT INTO station_alias (alias, station_id, component) VALUES ('a', 'a', 'a');
INSERT INTO trip (trip_key, started_at, ended_at, start_station_id, end_station_id)
SELECT started_at, started_at, started_at + interval '2 minutes', 'a', 'a'
FROM generate_series('2014-01-01Z'::timestamptz, '2019-01-01Z', '4 minutes') started_at;
INSERT INTO station_day_flow
SELECT alias, date_trunc('day', at, 'UTC'), sum(departures), sum(arrivals)
FROM dock_event
GROUP BY 1, 2;
ANALYZE;
"""
FORGOTTEN = "SELECT forget_trips('2019-01-02Z', 10000000); ANALYZE"
# The cost if there were no daily sums: every event since is read.
BY_EVENT = (
    FLOWS.split("FROM (")[0]
    + """
FROM station_alias
JOIN dock_event USING (alias)
WHERE station_id = %(id)s AND at >= %(since)s
GROUP BY 1
"""
)
SPANS = {
    "the last six hours": Span(
        since=datetime(2018, 12, 31, 18, tzinfo=UTC), step=timedelta(minutes=15), points=24
    ),
    "a day five years back": Span(
        since=datetime(2014, 2, 1, tzinfo=UTC), step=timedelta(minutes=1), points=1440
    ),
    "five years by the day": Span(
        since=datetime(2014, 1, 1, tzinfo=UTC), step=timedelta(days=1), points=1826
    ),
}
TRIES = 3


def by_event(db: cursor, station_id: str, span: Span) -> None:
    """Read every event."""
    step_s = span.step.total_seconds()
    values = {"id": station_id, "since": span.since, "step_s": step_s, "points": span.points}
    db.execute(BY_EVENT, values)
    db.fetchall()


def show(db: cursor, where: str) -> None:
    """Print the best of a few tries of each, side by side."""
    for name, span in SPANS.items():
        took = []
        for read in (read_history, by_event):
            best = sys.float_info.max
            for _ in range(TRIES):
                began = time.perf_counter()
                read(db, "a", span)
                best = min(best, time.perf_counter() - began)
            took.append(f"{best * 1000:6.0f} ms")
        print(f"{where:14} {name:24} by day {took[0]}   by event {took[1]}")  # noqa: T201 - its answer


def main() -> None:
    """Measure while the ledger holds all trips, and again once they are forgotten."""
    with tempfile.TemporaryDirectory() as folder, Postgres(home=Path(folder)) as server:
        upgrade(server.dsn)
        connection = psycopg2.connect(server.dsn)
        with connection, connection.cursor() as db:
            db.execute(FIVE_YEARS)
            show(db, "in the ledger")
            db.execute(FORGOTTEN)
            show(db, "forgotten")
        connection.close()


if __name__ == "__main__":
    main()
