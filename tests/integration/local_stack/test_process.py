"""Child processes as they really are: killed, stubborn, with children of their own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local_stack.errors import StartError
from local_stack.process import Child, Command, run_once
from local_stack.status import STOPPED
from local_stack.strays import end_strays
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
SLEEPER = "import time; print('ready', flush=True); time.sleep(600)"
PARENT = """
import subprocess, sys, time
inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(inner.pid, flush=True)
time.sleep(600)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(600)
"""
SUPERVISOR = """
import sys, time
from pathlib import Path
from tests.integration.local_stack.test_process import SLEEPER, python
from local_stack.process import Child
from tests.support.eventually import eventually
child = Child(python(Path(sys.argv[1]), SLEEPER))
print(child.pid, flush=True)
time.sleep(600)
"""


def python(home: Path, code: str, *, grace_s: float = 5) -> Command:
    """Build the command that runs a few lines of Python."""
    return Command(
        argv=(sys.executable, "-c", code),
        home=home,
        log=home / "logs" / "child.log",
        env=dict(os.environ),
        grace_s=grace_s,
    )


def is_alive(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def start(command: Command) -> tuple[Child, str]:
    """Start a child and wait for its first line of output."""
    child = Child(command)
    log = command.log
    child.wait_ready(lambda: "\n" in log.read_text(), name="child", timeout_s=10)
    return child, log.read_text().splitlines()[-1]


class TestChild:
    def test_ends_when_asked(self, tmp_path: Path) -> None:
        """SIGTERM is enough for a well-behaved program."""
        child, _ = start(python(tmp_path, SLEEPER))

        child.stop()

        assert not child.is_running()
        assert child.exit_code == -signal.SIGTERM

    def test_ends_when_it_does_not_want_to(self, tmp_path: Path) -> None:
        """After the grace period it is killed."""
        child, _ = start(python(tmp_path, STUBBORN, grace_s=0.2))

        child.stop()

        assert child.exit_code == -signal.SIGKILL

    def test_takes_its_own_children_along(self, tmp_path: Path) -> None:
        """A killed emulator must not leave functions that go on publishing."""
        child, inner_pid = start(python(tmp_path, PARENT))
        assert is_alive(int(inner_pid))

        os.kill(child.pid, signal.SIGKILL)

        assert eventually(lambda: not child.is_running())
        assert eventually(lambda: not is_alive(int(inner_pid)))

    def test_ends_with_a_supervisor_that_was_killed(self, tmp_path: Path) -> None:
        """There is nobody left to stop it."""
        supervisor = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        assert supervisor.stdout is not None
        with supervisor.stdout as said:
            pid = int(said.readline())
        assert is_alive(pid)

        supervisor.kill()
        supervisor.wait()

        if sys.platform == "linux":
            assert eventually(lambda: not is_alive(pid))
        end_strays(tmp_path, STOPPED)
        assert not is_alive(pid)

    def test_says_what_it_said_last_when_it_fails(self, tmp_path: Path) -> None:
        """The error has the cause, so that nobody has to look for the log."""
        child = Child(python(tmp_path, "raise SystemExit('no space left')"))

        with pytest.raises(StartError, match="code 1 and said: no space left"):
            child.wait_ready(lambda: False, name="child", timeout_s=10)

    def test_is_not_waited_for_for_ever(self, tmp_path: Path) -> None:
        """A program that hangs is told apart from one that works."""
        child, _ = start(python(tmp_path, SLEEPER))

        with pytest.raises(StartError, match="was not ready within"):
            child.wait_ready(lambda: False, name="child", timeout_s=0.1)

        child.stop()


class TestRunOnce:
    def test_returns_when_all_went_well(self, tmp_path: Path) -> None:
        """A set-up step is over when its program ends."""
        run_once(python(tmp_path, "print('made')"), name="set-up")

        assert (tmp_path / "logs" / "child.log").read_text() == "made\n"

    def test_raises_when_it_did_not(self, tmp_path: Path) -> None:
        """The next step would fail for a reason that is harder to find."""
        with pytest.raises(StartError, match="set-up failed with code 3"):
            run_once(python(tmp_path, "raise SystemExit(3)"), name="set-up")


class TestEndStrays:
    def test_ends_what_carries_our_mark(self, tmp_path: Path) -> None:
        """A leftover is found without a recorded pid."""
        ours, _ = start(python(tmp_path / "ours", SLEEPER))
        theirs, _ = start(python(tmp_path / "theirs", SLEEPER))

        assert end_strays(tmp_path / "ours", STOPPED) == 1

        assert eventually(lambda: not ours.is_running())
        assert theirs.is_running()
        theirs.stop()
