"""What became of all drops, added up from each of them: what the totals that are kept must be."""

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
    """Look at every drop."""
    db.execute(ADDED_UP)
    return [DropTotals._make(row) for row in db.fetchall()]
