"""`python -m tests.bench.history_speed`: history five years back, by the day and by the minute."""

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

# A busy station: somebody comes or goes every four minutes, day and night.
FIVE_YEARS = """
INSERT INTO station_alias (alias, station_id, component) VALUES ('a', 'a', 'a');
INSERT INTO station_flow
SELECT 'a', minute, 1, 1
FROM generate_series('2014-01-01Z'::timestamptz, '2019-01-01Z', '4 minutes') minute;
ANALYZE;
"""
# What the same cost before days were summed: all that came since was read by the minute.
BY_MINUTE = (
    FLOWS.split("FROM (")[0]
    + """
FROM station_alias
JOIN station_flow USING (alias)
WHERE station_id = %(id)s AND minute >= %(since)s
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


def by_minute(db: cursor, station_id: str, span: Span) -> None:
    """Read as it was read before."""
    step_s = span.step.total_seconds()
    values = {"id": station_id, "since": span.since, "step_s": step_s, "points": span.points}
    db.execute(BY_MINUTE, values)
    db.fetchall()


def main() -> None:
    """Print the best of a few tries of each, side by side."""
    with tempfile.TemporaryDirectory() as folder, Postgres(home=Path(folder)) as server:
        upgrade(server.dsn)
        connection = psycopg2.connect(server.dsn)
        with connection, connection.cursor() as db:
            db.execute(FIVE_YEARS)
            for name, span in SPANS.items():
                took = []
                for read in (read_history, by_minute):
                    best = sys.float_info.max
                    for _ in range(TRIES):
                        began = time.perf_counter()
                        read(db, "a", span)
                        best = min(best, time.perf_counter() - began)
                    took.append(f"{best * 1000:6.0f} ms")
                print(f"{name:24} by day {took[0]}   by minute {took[1]}")  # noqa: T201 - its answer
        connection.close()


if __name__ == "__main__":
    main()
