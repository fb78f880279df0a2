"""What everybody asks for, re-read at a limited rate however many ask."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Generic, Protocol, Self, TypeVar

from chalicelib.database import UNREACHABLE, DatabaseUnavailableError

# How long a failing database is left alone, since a try may cost its caller seconds.
RETRY_S: Final = 2.0
# After a slow failure it is left alone for longer, so that few callers have to wait.
RETRY_FACTOR: Final = 4
LONGEST_RETRY_S: Final = 20.0
# Once a read takes this long, callers who meanwhile get the last value are told that it is old.
LATE_S: Final = 2.0
STALE: Final = '110 - "Response is Stale"'


class Ageing(Protocol):
    """What was read, and since when, if so, it could not be re-read."""

    @property
    def stale_since(self) -> datetime | None:
        """Since when it is stale; None while all is well."""

    def as_of_old(self, since: datetime | None) -> Self:
        """Return the same, marked as stale since then."""


Read = TypeVar("Read", bound=Ageing)


class Watch(Generic[Read]):
    """
    Keeps what was last read.

    A caller that asks while another reads, or while the database is down, gets the last value at
    once, marked as old if this lasts.
    """

    def __init__(
        self,
        read: Callable[[Read | None], Read],
        *,
        every_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._every_s = every_s
        self._clock = clock
        self._turn = threading.Lock()
        self._marking = threading.Lock()
        self._newest: Read | None = None
        self._looks_since: float | None = None
        self._confirmed_at = datetime.now(UTC)
        self._failure: DatabaseUnavailableError | None = None
        self._due_at = clock()

    def newest(self) -> Read:
        """Return the current value, or the last known; raise DatabaseUnavailableError if none."""
        if self._clock() >= self._due_at and self._turn.acquire(blocking=self._newest is None):
            try:
                if self._clock() >= self._due_at:
                    self._look()
            finally:
                self._turn.release()
        with self._marking:
            if self._looks_since is not None and self._clock() - self._looks_since > LATE_S:
                self._mark_old()
        if self._newest is None:
            raise DatabaseUnavailableError(UNREACHABLE) from self._failure
        return self._newest

    def _look(self) -> None:
        began = self._looks_since = self._clock()
        try:
            read = self._read(self._newest)
        except DatabaseUnavailableError as failure:
            self._failure = failure
            with self._marking:
                self._mark_old()
            took = self._clock() - began
            rest = min(max(RETRY_S, RETRY_FACTOR * took), LONGEST_RETRY_S)
            self._due_at = self._clock() + rest
            return
        finally:
            with self._marking:
                self._looks_since = None
        with self._marking:
            self._newest = read if read.stale_since is None else read.as_of_old(None)
            self._confirmed_at = datetime.now(UTC)
        self._due_at = self._clock() + self._every_s

    def _mark_old(self) -> None:
        """Mark the value as stale; only once, as its rendered bytes are cached with it."""
        if self._newest is not None and self._newest.stale_since is None:
            self._newest = self._newest.as_of_old(self._confirmed_at)


def warning_of(what: Ageing) -> dict[str, str]:
    """Return headers that say that an answer is stale, and how old it is."""
    if what.stale_since is None:
        return {}
    age_s = int((datetime.now(UTC) - what.stale_since).total_seconds())
    return {"Age": str(max(1, age_s)), "Warning": STALE}
