"""What the measurement asks the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from psycopg2.extensions import connection

# A drop that is not published yet is monitored at its queue; here it might count for ever.
SLOWEST: Final = """
SELECT
    -- Snapshots are applied by the query of the live lane.
    CASE lane WHEN 'backfill' THEN 'backfill' ELSE 'live' END,
    max(extract(epoch FROM coalesce(completed_at, %(now)s) - received_at))::float8
FROM drop_account
WHERE received_at > %(now)s - interval '1 day'
    AND (state = 'applying' OR (state = 'complete' AND completed_at > %(now)s - %(window)s))
GROUP BY 1
"""

UNREADABLE: Final = """
SELECT count(*)
FROM unreadable_record
WHERE redriven_at IS NULL
"""


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What the database says: seconds from S3 to rows by lane, and records it could not read."""

    slowest_s: Mapping[str, float]
    unreadable: int


def read_applied(database: connection, *, now: datetime, window: timedelta) -> Applied:
    """Query each lane's slowest drop among those recently completed or being applied."""
    with database, database.cursor() as cursor:
        cursor.execute(SLOWEST, {"now": now, "window": window})
        slowest = dict(cursor.fetchall())
        cursor.execute(UNREADABLE)
        (unreadable,) = cursor.fetchone() or (0,)
    return Applied(slowest_s=slowest, unreadable=unreadable)
