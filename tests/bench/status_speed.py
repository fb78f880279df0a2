"""`python -m tests.bench.status_speed [DROPS …]`: what became of all drops, kept or added up."""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import psycopg2
from chalicelib.queries import drop_totals
from psycopg2.extensions import cursor

from local_stack.services.postgres import Postgres
from tests.support.batches import create_database
from tests.support.drop_totals import added_up

# Every tenth drop was tried twice; every fiftieth is not complete.
DROPS = """
INSERT INTO drop (drop_id, lane, received_at)
SELECT 'drop ' || number, 'live', '2019-01-01Z'::timestamptz + number * interval '1 minute'
FROM generate_series(1, %(drops)s) number;

INSERT INTO attempt (
    drop_id, attempt_id, outcome, rows_read, rows_published, rows_rejected,
    rows_seen, rows_applied, completed_at
)
SELECT 'drop ' || number, attempt, 'published', 100, 99, 1,
    99, CASE attempt WHEN 1 THEN 90 ELSE 0 END, CASE WHEN number %% 50 > 0 THEN now() END
FROM generate_series(1, %(drops)s) number, generate_series(1, 2) attempt
WHERE attempt = 1 OR number %% 10 = 0;

SELECT count_drops(array_agg(drop_id), 1) FROM drop;
"""
# What a bite pays at most, where each of its 200 records is of another drop.
OUT_AND_IN = """
SELECT count_drops(bite, -1), count_drops(bite, 1)
FROM (SELECT array_agg('drop ' || number) AS bite FROM generate_series(1, 200) number) bites
"""
TRIES = 5


def count_bite(db: cursor) -> None:
    """Count the drops of a bite out and in again."""
    db.execute(OUT_AND_IN)


def best_ms(db: cursor, ask: Callable[[cursor], object]) -> float:
    """Give the best of a few tries, in milliseconds."""
    took = []
    for _ in range(TRIES):
        began = time.perf_counter()
        ask(db)
        took.append(time.perf_counter() - began)
    return min(took) * 1000


def main(sizes: Sequence[int]) -> None:
    """Print what each way costs, and what it costs a bite to keep the totals."""
    with tempfile.TemporaryDirectory() as folder, Postgres(home=Path(folder)) as server:
        for size in sizes:
            dsn = create_database(server.dsn, f"of_{size}", "head")
            with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as db:
                db.execute(DROPS, {"drops": size})
                db.execute("ANALYZE")
                kept, added, bite = (best_ms(db, of) for of in (drop_totals, added_up, count_bite))
            print(  # noqa: T201 - its answer
                f"{size:8} drops: kept {kept:.1f} ms, added up {added:.1f} ms;"
                f" a bite of 200 drops pays {bite:.1f} ms"
            )


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [2_000, 20_000, 200_000])
