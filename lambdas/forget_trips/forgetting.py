"""Forget old trips in slices, each a transaction of its own, so that batches can run in between."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from lambdas.reading import SignedInDatabase, connected

SLICE: Final = 50_000
FORGET: Final = "SELECT forget_trips(%s, %s)"


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """How many trips were forgotten, and whether those were all."""

    trips: int
    is_done: bool

    def told(self) -> dict[str, object]:
        """Return the numbers, for a log line or a response."""
        return asdict(self)


def forget(
    database: str | SignedInDatabase,
    *,
    before: datetime,
    has_time: Callable[[], bool],
    at_once: int = SLICE,
) -> Forgotten:
    """Forget trips that ended before a time, as the tables' owner, for as long as there is time."""
    trips = 0
    with closing(connected(database, is_reading=False)) as owner:
        while has_time():
            with owner, owner.cursor() as cursor:
                cursor.execute(FORGET, (before, at_once))
                [(slice_of,)] = cursor.fetchall()
            if not slice_of:
                return Forgotten(trips=trips, is_done=True)
            trips += slice_of
    return Forgotten(trips=trips, is_done=False)
