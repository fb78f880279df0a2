"""What the sweep asks the database: how far each drop has got."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from psycopg2.extensions import connection

# A drop whose records wait their turn in Kafka is on its way: a recent batch of its lane was still
# reading records as old as its own.
UNFINISHED: Final = """
SELECT asked.drop_id, coalesce(account.state, 'unknown') AS state, coalesce(tried.rows_seen, 0)
FROM unnest(%(drop_ids)s::text[]) AS asked (drop_id)
LEFT JOIN drop_account account USING (drop_id)
CROSS JOIN LATERAL (
    SELECT sum(attempt.rows_seen)::bigint AS rows_seen, max(attempt.finished_at) AS finished_at
    FROM attempt
    WHERE attempt.drop_id = asked.drop_id
) tried
WHERE coalesce(account.state, 'unknown') IN ('unknown', 'publishing')
    OR (
        account.state = 'applying'
        AND tried.finished_at < %(now)s - %(stalled_after)s
        AND NOT EXISTS (
            SELECT
            FROM applied_batch batch
            WHERE batch.lane = CASE account.lane WHEN 'backfill' THEN 'backfill' ELSE 'live' END
                AND batch.applied_at > %(now)s - %(stalled_after)s
                AND batch.newest_record_at <= tried.finished_at
        )
    )
"""


@dataclass(frozen=True, kw_only=True)
class Unfinished:
    """A drop that is not done: nobody has heard of it, or not all of it has arrived."""

    state: str
    rows_seen: int

    @property
    def is_unknown(self) -> bool:
        """Whether no attempt at it has left a trace."""
        return self.state == "unknown"


Ask = Callable[[Sequence[str]], dict[str, Unfinished]]


def asking(database: connection, *, now: datetime, stalled_after: timedelta) -> Ask:
    """Return a function that asks which of some drops are unfinished, and how far they have got."""

    def ask(drop_ids: Sequence[str]) -> dict[str, Unfinished]:
        asked = {"drop_ids": list(drop_ids), "now": now, "stalled_after": stalled_after}
        with database, database.cursor() as cursor:
            cursor.execute(UNFINISHED, asked)
            return {
                drop_id: Unfinished(state=state, rows_seen=rows_seen)
                for drop_id, state, rows_seen in cursor
            }

    return ask
