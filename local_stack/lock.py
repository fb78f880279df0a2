"""One supervisor per home: a lock that the OS releases however its holder ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from local_stack.errors import AlreadyRunningError
from local_stack.home import Home

PATIENCE_S = 1.0


@contextmanager
def held(home: Home) -> Iterator[None]:
    """Hold the home's lock; raise AlreadyRunningError if another supervisor does."""
    home.path.mkdir(parents=True, exist_ok=True)
    with _locked(home) as file:
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


@contextmanager
def _locked(home: Home) -> Iterator[TextIO]:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with home.lock_file.open("a+") as file:
            # A purge removes the file, and a lock on a removed file excludes nobody.
            if _take(file.fileno(), fcntl.LOCK_EX) and _is_there(file, home):
                yield file
                return
        # `is_held` takes the lock for a moment: try again before concluding that it is held.
        if time.monotonic() > deadline:
            message = f"a stack is running in {home.path} already; `down` ends it"
            raise AlreadyRunningError(message)
        time.sleep(0.05)


def is_held(home: Home) -> bool:
    """Return whether a supervisor is running; concurrent callers do not see each other."""
    if not home.lock_file.exists():
        return False
    with home.lock_file.open("a+") as file:
        return not _take(file.fileno(), fcntl.LOCK_SH)


def _take(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_there(file: TextIO, home: Home) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), home.lock_file.stat())
    except FileNotFoundError:
        return False
