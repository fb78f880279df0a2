"""The geocoders' state in the database: cached answers, and turns to ask a service."""

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from psycopg2.extensions import cursor

from chalicelib.database import Database
from chalicelib.geocoding.addresses import Address

KEPT_FOR: Final = timedelta(days=30)
NOTHING_KEPT_FOR: Final = timedelta(days=1)
LONGEST_WAIT_S: Final = 1.5
FORGOTTEN_AT_ONCE: Final = 100

RECALL = """
SELECT places
FROM geocode_cache
WHERE asked = %(asked)s AND known_until > clock_timestamp()
"""

KEEP = """
INSERT INTO geocode_cache (asked, places, known_until)
VALUES (%(asked)s, %(places)s, clock_timestamp() + %(kept_for)s)
ON CONFLICT (asked) DO UPDATE SET places = excluded.places, known_until = excluded.known_until
"""

FORGET = """
DELETE FROM geocode_cache
WHERE asked IN (
    SELECT asked
    FROM geocode_cache
    WHERE known_until <= clock_timestamp()
    ORDER BY known_until
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
"""

# The next free second, unless it is too far off to wait for.
TAKE_TURN = """
INSERT INTO geocode_turn AS turn (provider, free_at)
VALUES (%(provider)s, clock_timestamp() + interval '1 second')
ON CONFLICT (provider) DO UPDATE
SET free_at = greatest(turn.free_at, clock_timestamp()) + interval '1 second'
WHERE turn.free_at <= clock_timestamp() + %(longest_wait)s
RETURNING extract(epoch FROM free_at - interval '1 second' - clock_timestamp())::float
"""

LEAVE_ALONE = """
UPDATE geocode_turn
SET free_at = greatest(free_at, clock_timestamp() + %(rest)s)
WHERE provider = %(provider)s
"""


class Memory:
    """Answers and turns, shared by all containers through the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recall(self, asked: str) -> list[Address] | None:
        """Return what was found before, an empty list if that was nothing; None if not cached."""
        return self._database.read(partial(_recall, asked=asked))

    def keep(self, answers: Sequence[tuple[str, list[Address]]], *, kept_for: timedelta) -> None:
        """Store answers, and delete some that have expired."""
        self._database.write(partial(_keep, answers=answers, kept_for=kept_for))

    def take_turn(self, provider: str) -> float | None:
        """Reserve the next second to ask a service in; return the wait, None if it is too long."""
        return self._database.write(partial(_take_turn, provider=provider))

    def leave_alone(self, provider: str, *, seconds: int) -> None:
        """Keep anyone from asking a service for a while."""
        values = {"provider": provider, "rest": timedelta(seconds=seconds)}
        self._database.write(lambda db: db.execute(LEAVE_ALONE, values))


def _recall(db: cursor, *, asked: str) -> list[Address] | None:
    db.execute(RECALL, {"asked": asked})
    row = db.fetchone()
    return None if row is None else [Address(*place) for place in row[0]]


def _keep(db: cursor, *, answers: Sequence[tuple[str, list[Address]]], kept_for: timedelta) -> None:
    db.execute(FORGET, {"limit": FORGOTTEN_AT_ONCE})
    # In a fixed order, so that two writers of the same answers wait instead of deadlocking.
    for asked, places in sorted(answers):
        db.execute(KEEP, {"asked": asked, "places": json.dumps(places), "kept_for": kept_for})


def _take_turn(db: cursor, *, provider: str) -> float | None:
    longest = timedelta(seconds=LONGEST_WAIT_S)
    db.execute(TAKE_TURN, {"provider": provider, "longest_wait": longest})
    row = db.fetchone()
    return None if row is None else max(0.0, row[0])
