"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable


def eventually(true: Callable[[], bool], *, within_s: float = 5) -> bool:
    """Wait until a condition holds; return whether it did in time."""
    deadline = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
