"""The outcomes of all drops, summed drop by drop: what the stored totals must equal."""

from chalicelib.queries import DropTotals
from psycopg2.extensions import cursor

ADDED_UP = """
SELECT state, count(*),
    coalesce(sum(rows_read), 0)::bigint,
    coalesce(sum(rows_published), 0)::bigint,
    coalesce(sum(rows_rejected), 0)::bigint,
    coalesce(sum(rows_applied), 0)::bigint,
    coalesce(sum(rows_duplicate), 0)::bigint
FROM drop_account
GROUP BY state
ORDER BY state
"""


def added_up(db: cursor) -> list[DropTotals]:
    """Sum over every drop."""
    db.execute(ADDED_UP)
    return [DropTotals._make(row) for row in db.fetchall()]
