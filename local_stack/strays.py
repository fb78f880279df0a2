"""What a killed supervisor left running, found by the mark that only our children carry."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psutil

from local_stack.process import MARK
from local_stack.status import StackStatus

GRACE_S = 5.0


def end_strays(home: Path, recorded: StackStatus) -> int:
    """End every process that belongs to this home; return how many there were."""
    strays = {stray.pid: stray for stray in (*marked(home), *still_alive(recorded))}
    for stray in strays.values():
        # psutil itself makes sure that the pid was not reused.
        with contextlib.suppress(psutil.NoSuchProcess):
            stray.terminate()
    _, stubborn = psutil.wait_procs(list(strays.values()), timeout=GRACE_S)
    for stray in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            stray.kill()
    psutil.wait_procs(stubborn, timeout=GRACE_S)
    return len(strays)


def marked(home: Path) -> Iterator[psutil.Process]:
    """Find the processes whose environment names this home."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == str(home):
                yield process


def still_alive(recorded: StackStatus) -> Iterator[psutil.Process]:
    """Find the recorded services that still run: same pid and same start time."""
    for service in recorded.services:
        if service.pid is None:
            continue
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(service.pid)
            if process.create_time() == service.pid_started_at:
                yield process
