"""A kept service, dying in every way it can."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_stack import keeper as keeper_module
from local_stack.keeper import FIRST_TRIES, Keeper
from local_stack.process import Command
from local_stack.service import Service
from local_stack.status import State
from tests.integration.local_stack.test_process import SLEEPER, is_alive
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration


class Sleeper(Service):
    """A service that does nothing, for as long as it is allowed to."""

    name = "sleeper"

    def __init__(self, *, home: Path, code: str = SLEEPER) -> None:
        super().__init__(home=home)
        self.code = code
        self.prepared = 0

    def prepare(self) -> None:
        """Count the starts."""
        self.prepared += 1

    def purge(self) -> None:
        """Delete its data."""
        (self.home / "sleeper-data").unlink()

    def command(self) -> Command:
        """Return a command that runs the given code."""
        argv = (sys.executable, "-c", self.code)
        return Command(argv=argv, home=self.home, log=self.log, env=dict(os.environ))

    def is_ready(self) -> bool:
        """Return whether it has logged that it is ready."""
        return self.log.exists() and "ready" in self.log.read_text()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Keeper]:
    """Keep a service running until the test is over."""
    keeper = Keeper(Sleeper(home=tmp_path))
    keeper.start()
    assert keeper.ready.wait(10)
    yield keeper
    keeper.dismiss()


def pid_of(keeper: Keeper) -> int:
    """Return the pid of a running service."""
    assert keeper.service.pid is not None
    return keeper.service.pid


class TestKeeper:
    def test_starts_a_killed_service_again(self, kept: Keeper) -> None:
        """As AWS would: nobody has to notice."""
        killed = pid_of(kept)

        os.kill(killed, signal.SIGKILL)

        assert eventually(lambda: kept.status().restarts == 1 and kept.ready.is_set())
        assert kept.status().state is State.RUNNING
        assert pid_of(kept) != killed

    def test_restarts_on_request(self, kept: Keeper) -> None:
        """The old process is gone before the new one starts."""
        before = pid_of(kept)

        kept.bounce()

        assert eventually(lambda: kept.ready.is_set() and pid_of(kept) != before)
        assert not is_alive(before)

    def test_begins_anew_on_request(self, kept: Keeper) -> None:
        """Its data is gone before the new process starts, and is kept the next time."""
        data = kept.service.home / "sleeper-data"
        for anew in (True, False):
            before = pid_of(kept)
            data.touch()

            kept.bounce(anew=anew)

            assert eventually(lambda before=before: kept.ready.is_set() and pid_of(kept) != before)
            assert data.exists() is not anew

    def test_leaves_nothing_when_dismissed(self, kept: Keeper) -> None:
        """A service that is no longer wanted is not started again."""
        pid = pid_of(kept)

        kept.dismiss()

        assert not is_alive(pid)
        assert kept.status().state is State.STOPPED
        assert kept.status().pid is None

    def test_can_be_dismissed_while_it_starts(self, tmp_path: Path) -> None:
        """Ctrl-C during a start does not wait for the start to finish."""
        keeper = Keeper(Sleeper(home=tmp_path, code="import time; time.sleep(600)"))
        keeper.start()
        assert eventually(lambda: keeper.service.pid is not None)

        keeper.dismiss()

        assert not keeper.service.is_running()

    def test_gives_up_on_what_never_ran(self, tmp_path: Path) -> None:
        """A stack that cannot work says so instead of retrying forever."""
        sleeper = Sleeper(home=tmp_path, code="raise SystemExit('no such file')")
        keeper = Keeper(sleeper)
        keeper.start()

        assert eventually(lambda: keeper.state is State.FAILED)
        assert sleeper.prepared == FIRST_TRIES
        assert "no such file" in (keeper.status().reason or "")

    def test_gives_up_on_what_is_slow_to_fail(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A start that fails only after its whole timeout was not a steady run."""
        monkeypatch.setattr(keeper_module, "STEADY_S", 0.01)
        sleeper = Sleeper(home=tmp_path, code="import time; time.sleep(0.2); exit(1)")
        keeper = Keeper(sleeper)
        keeper.start()

        assert eventually(lambda: keeper.state is State.FAILED, within_s=20)
        assert sleeper.prepared == FIRST_TRIES

    def test_begins_anew_what_was_down_when_it_was_asked(self, tmp_path: Path) -> None:
        """People rebuild because something is wrong, and it may be this service."""
        needed = Keeper(Sleeper(home=tmp_path / "needed"))
        keeper = Keeper(Sleeper(home=tmp_path), after=(needed,))
        keeper.start()
        data = tmp_path / "sleeper-data"
        data.touch()

        keeper.bounce(anew=True)
        needed.ready.set()

        assert keeper.ready.wait(10)
        assert not data.exists()
        keeper.dismiss()

    def test_waits_for_what_it_needs(self, tmp_path: Path, kept: Keeper) -> None:
        """A service that starts too early fails through no fault of its own."""
        kept.ready.clear()
        later = Keeper(Sleeper(home=tmp_path / "later"), after=(kept,))
        later.start()
        assert later.status().state is State.WAITING

        kept.ready.set()

        assert later.ready.wait(10)
        later.dismiss()

    def test_is_not_ready_before_the_last_step(self, tmp_path: Path) -> None:
        """A database without its tables is useless; a failed step is retried from the start."""
        failures = [RuntimeError("no tables yet")]

        def make_tables() -> None:
            if failures:
                raise failures.pop()

        keeper = Keeper(Sleeper(home=tmp_path), then=make_tables)
        keeper.start()

        assert keeper.ready.wait(10)
        assert keeper.status().restarts == 1
        keeper.dismiss()
