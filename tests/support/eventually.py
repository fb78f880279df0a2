"""Wait for what happens by itself, in another thread or process."""

import time
from collections.abc import Callable


def eventually(true: Callable[[], bool], *, within_s: float = 5) -> bool:
    """Wait until something holds; tell whether it did in time."""
    deadline = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
