"""What changed since an answer: stations that were removed, and the version of an as_of."""

from datetime import datetime
from typing import Final

from psycopg2.extensions import cursor

from chalicelib.queries import SystemState

GONE_STATIONS: Final = """
SELECT station_id, version
FROM station_gone
"""

# The first version whose answers were as of this second.
VERSION_OF_SECOND: Final = """
SELECT coalesce(min(version), 0)
FROM event_clock_step
WHERE event_clock >= date_trunc('second', %(clock)s::timestamptz)
"""

# An answer as of a moment includes at least the version at which the clock reached that moment or,
# between two steps of the clock, the version before the later one. Nothing is known before the
# oldest step.
VERSION_AS_OF: Final = """
SELECT CASE WHEN event_clock = %(as_of)s THEN version ELSE version - 1 END
FROM event_clock_step
WHERE event_clock >= %(as_of)s
    AND %(as_of)s >= (SELECT min(event_clock) FROM event_clock_step)
ORDER BY event_clock
LIMIT 1
"""


def gone_stations(db: cursor) -> dict[str, int]:
    """Return the stations that are no longer served, with the version that removed each."""
    db.execute(GONE_STATIONS)
    return dict(db.fetchall())


def version_of_second(db: cursor, state: SystemState) -> int:
    """Return the version at which the event clock reached its current second."""
    db.execute(VERSION_OF_SECOND, {"clock": state.event_clock})
    (version,) = db.fetchone() or (0,)
    return int(version)


def version_as_of(db: cursor, as_of: datetime) -> int:
    """Return the newest version that an answer as of then is sure to include; -1 if unknown."""
    db.execute(VERSION_AS_OF, {"as_of": as_of})
    (version,) = db.fetchone() or (-1,)
    return int(version)
