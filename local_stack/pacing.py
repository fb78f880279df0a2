"""Play slices of a day into the drop zone at a multiple of real time."""

import math
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from local_stack.errors import UsageError
from local_stack.replay import Slice

# Short enough for a map in constant motion, long enough for a day to be few drops.
SLICE_S: Final = 2.0

Wait = Callable[[float], bool]
Deliver = Callable[[Slice], None]


def slice_length(speed: float) -> timedelta:
    """Return how much of the day one slice covers at this speed; raise UsageError if it is bad."""
    if not 0 < speed < math.inf:
        message = "--speed must be greater than 0"
        raise UsageError(message)
    return timedelta(seconds=SLICE_S * speed)


def play(
    slices: Iterable[Slice],
    deliver: Deliver,
    *,
    speed: float,
    wait: Wait,
    clock: Callable[[], float],
) -> int:
    """
    Deliver each slice when it is due, the first at once; return how many were delivered.

    `wait` waits that many seconds and returns whether to stop.
    """
    delivered = 0
    first_closes_at: datetime | None = None
    started_at = clock()
    for one in slices:
        first_closes_at = first_closes_at or one.closes_at
        life_s = (one.closes_at - first_closes_at).total_seconds()
        if wait(max(0.0, started_at + life_s / speed - clock())):
            break
        deliver(one)
        delivered += 1
    return delivered


def slice_key(folder: str, one: Slice) -> str:
    """Return a slice's key; the keys of one replay sort by time."""
    return f"live/{folder}/{one.closes_at:%Y%m%dT%H%M%S}.csv"
