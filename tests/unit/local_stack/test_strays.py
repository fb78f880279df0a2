import os
from pathlib import Path

import psutil

from local_stack.status import ServiceStatus, StackStatus, State
from local_stack.strays import marked, still_alive


def recorded(pid: int, started_at: float) -> StackStatus:
    """Record one service."""
    service = ServiceStatus(
        name="kafka",
        pid=pid,
        pid_started_at=started_at,
        address=None,
        state=State.RUNNING,
        restarts=0,
    )
    return StackStatus(state=State.RUNNING, pid=1, pid_started_at=0.0, services=(service,))


class TestStillAlive:
    """Which of the recorded pids may be signalled."""

    def test_finds_the_process_that_was_written_down(self) -> None:
        """Same pid and same start time."""
        myself = psutil.Process()

        assert list(still_alive(recorded(myself.pid, myself.create_time()))) == [myself]

    def test_leaves_a_stranger_who_got_the_pid(self) -> None:
        """Pids are reused; killing someone else's process is unforgivable."""
        assert list(still_alive(recorded(os.getpid(), 12345.0))) == []

    def test_passes_over_a_pid_that_is_nobodys(self) -> None:
        """Most are dead by then."""
        assert list(still_alive(recorded(2**30, 12345.0))) == []


class TestMarked:
    """The mark in the environment names the home."""

    def test_finds_nothing_of_a_home_that_never_ran(self, tmp_path: Path) -> None:
        """Other homes' processes carry other marks."""
        assert list(marked(tmp_path)) == []
