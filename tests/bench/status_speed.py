"""`python -m tests.bench.status_speed [DROPS …]`: totals of drops, refused ones, newest batches."""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import psycopg2
from chalicelib.queries import NEWEST_DROPS_IN_STATE, drop_totals, lanes
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
# Three drops, years ago, were refused: an operator looking for a file asks for these.
REFUSED = """
INSERT INTO drop (drop_id, lane, received_at)
SELECT 'refused ' || number, 'live', '2018-12-31Z' FROM generate_series(1, 3) number;

INSERT INTO attempt (drop_id, attempt_id, outcome, completed_at)
SELECT 'refused ' || number, 1, 'refused', now() FROM generate_series(1, 3) number;
"""
PAGE = {"lane": None, "state": "refused", "after": None, "after_at": None, "limit": 100}
# The most that a bite costs: each of its 200 records belongs to another drop.
OUT_AND_IN = """
SELECT count_drops(bite, -1), count_drops(bite, 1)
FROM (SELECT array_agg('drop ' || number) AS bite FROM generate_series(1, 200) number) bites
"""
# What is kept of a lane that applies a batch a second; the other has had none for hours.
BATCHES = """
INSERT INTO applied_batch (lane, batch_id, records, rows_seen, rows_applied, applied_at)
SELECT 'live', number, 1, 1, 1, now() - number * interval '1 second'
FROM generate_series(1, 86400) number;

INSERT INTO applied_batch (lane, batch_id, records, rows_seen, rows_applied, applied_at)
VALUES ('backfill', 1, 1, 1, 1, now() - interval '9 hours');
"""
OF_ALL_BATCHES = """
SELECT DISTINCT ON (lane) lane, applied_at
FROM applied_batch
ORDER BY lane, applied_at DESC
"""
TRIES = 5


def refused_chosen(db: cursor) -> None:
    """List the refused drops as the API does, through the index of refused attempts."""
    db.execute(NEWEST_DROPS_IN_STATE["refused"], PAGE)


def refused_sought(db: cursor) -> None:
    """List drops by checking the state of each."""
    db.execute(NEWEST_DROPS_IN_STATE["complete"], PAGE)


def lanes_of_all(db: cursor) -> None:
    """Scan all batches for the newest of each lane."""
    db.execute(OF_ALL_BATCHES)


def count_bite(db: cursor) -> None:
    """Subtract the drops of a bite from the totals and add them again."""
    db.execute(OUT_AND_IN)


def best_ms(db: cursor, ask: Callable[[cursor], object]) -> float:
    """Return the best of a few tries, in milliseconds."""
    took = []
    for _ in range(TRIES):
        began = time.perf_counter()
        ask(db)
        took.append(time.perf_counter() - began)
    return min(took) * 1000


def main(sizes: Sequence[int]) -> None:
    """Print what each way costs, and what keeping the totals costs a bite."""
    with tempfile.TemporaryDirectory() as folder, Postgres(home=Path(folder)) as server:
        for size in sizes:
            dsn = create_database(server.dsn, f"of_{size}", "head")
            with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as db:
                db.execute(DROPS, {"drops": size})
                db.execute(REFUSED)
                db.execute(BATCHES)
                db.execute("ANALYZE")
                asked = (drop_totals, added_up, refused_chosen, refused_sought, count_bite)
                kept, added, chosen, sought, bite = (best_ms(db, of) for of in asked)
                newest, of_all = best_ms(db, lanes), best_ms(db, lanes_of_all)
            print(  # noqa: T201 - its output
                f"{size:8} drops: totals kept {kept:.1f} ms, added up {added:.1f} ms;"
                f" refused ones by index {chosen:.1f} ms, without {sought:.1f} ms;"
                f" a bite of 200 drops pays {bite:.1f} ms;"
                f" lanes' newest batches {newest:.1f} ms, of all batches {of_all:.1f} ms"
            )


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [2_000, 20_000, 200_000])
