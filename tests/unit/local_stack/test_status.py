from pathlib import Path

import pytest

from local_stack.home import Home
from local_stack.status import STOPPED, ServiceStatus, StackStatus, State, overall

KAFKA = ServiceStatus(
    name="kafka",
    pid=42,
    pid_started_at=1.5,
    address="127.0.0.1:20001",
    state=State.RUNNING,
    restarts=1,
)


class TestStackStatus:
    """What one process writes and others read."""

    def test_is_read_as_it_was_written(self, tmp_path: Path) -> None:
        """Every field counts: the pid and its start time say whom to signal."""
        home = Home(tmp_path)
        status = StackStatus(state=State.RUNNING, pid=7, pid_started_at=0.5, services=(KAFKA,))

        status.write(home)

        assert StackStatus.read(home) == status

    def test_of_a_new_home_is_stopped(self, tmp_path: Path) -> None:
        """Asking before the first start is not an error."""
        assert StackStatus.read(Home(tmp_path)) is STOPPED

    def test_finds_a_service_by_name(self) -> None:
        """A restart is waited for by looking at one service."""
        status = StackStatus(state=State.RUNNING, pid=7, pid_started_at=0.5, services=(KAFKA,))

        assert status.service("kafka") is KAFKA
        assert status.service("zookeeper") is None


class TestOverall:
    """One word for five services."""

    @pytest.mark.parametrize(
        ("states", "expected"),
        [
            ([State.RUNNING, State.RUNNING], State.RUNNING),
            ([State.RUNNING, State.RESTARTING], State.STARTING),
            ([State.WAITING, State.FAILED], State.FAILED),
        ],
    )
    def test_is_that_of_the_weakest(self, states: list[State], expected: State) -> None:
        """The map needs them all."""
        assert overall(states) is expected
