"""One supervisor a home: a lock that the system releases however its holder ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from local_stack.errors import AlreadyRunningError
from local_stack.home import Home

PATIENCE_S = 1.0


@contextmanager
def held(home: Home) -> Iterator[None]:
    """Hold the home's lock, or say who does."""
    home.path.mkdir(parents=True, exist_ok=True)
    with home.lock_file.open("a+") as file:
        # Whoever only asks holds the lock for a moment: try again before believing it.
        deadline = time.monotonic() + PATIENCE_S
        while not _take(file.fileno()):
            if time.monotonic() > deadline:
                message = f"a stack is running in {home.path} already; `down` ends it"
                raise AlreadyRunningError(message)
            time.sleep(0.05)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def is_held(home: Home) -> bool:
    """Tell whether a supervisor lives."""
    if not home.lock_file.exists():
        return False
    with home.lock_file.open("a+") as file:
        return not _take(file.fileno())


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
