"""What changed since an answer: the stations that went, and which version an as_of stands for."""

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

# Who has an answer as of a moment has seen the version at which the clock came to it, and maybe
# later ones; of a moment between two steps, the version before the next. Before the oldest step
# nothing is known.
VERSION_AS_OF: Final = """
SELECT CASE WHEN event_clock = %(as_of)s THEN version ELSE version - 1 END
FROM event_clock_step
WHERE event_clock >= %(as_of)s
    AND %(as_of)s >= (SELECT min(event_clock) FROM event_clock_step)
ORDER BY event_clock
LIMIT 1
"""


def gone_stations(db: cursor) -> dict[str, int]:
    """Read which stations are served no more, and since which version."""
    db.execute(GONE_STATIONS)
    return dict(db.fetchall())


def version_of_second(db: cursor, state: SystemState) -> int:
    """Find the version at which the event clock came to its present second."""
    db.execute(VERSION_OF_SECOND, {"clock": state.event_clock})
    (version,) = db.fetchone() or (0,)
    return int(version)


def version_as_of(db: cursor, as_of: datetime) -> int:
    """Find the newest version that an answer as of then is sure to have; none is -1."""
    db.execute(VERSION_AS_OF, {"as_of": as_of})
    (version,) = db.fetchone() or (-1,)
    return int(version)
