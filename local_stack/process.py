"""One child process: its session, log file and readiness, and an end that leaves nothing behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from local_stack.errors import StartError
from local_stack.logs import last_line, open_for_append

LAUNCHER: Final = Path(__file__).with_name("launcher.py")
# An environment variable that every process we start inherits: it identifies what a killed
# supervisor left running, and never matches anybody else's process.
MARK: Final = "BIKESHARE_LOCAL_STACK_HOME"
POLL_S: Final = 0.02


@dataclass(frozen=True)
class Account:
    """The user that a child runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to run, where its output goes, and how to stop it."""

    argv: tuple[str, ...]
    home: Path
    log: Path
    env: Mapping[str, str]
    cwd: Path | None = None
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 10.0

    def launched(self) -> list[str]:
        """Return the whole command line, with the launcher that ties it to this process."""
        uid, gid = (self.account.uid, self.account.gid) if self.account else (-1, -1)
        interpreter = [sys.executable, "-I", "-S", str(LAUNCHER)]
        tie = [str(os.getpid()), str(int(self.stop_signal)), str(uid), str(gid)]
        return [*interpreter, *tie, *self.argv]

    def environment(self) -> dict[str, str]:
        """Return its environment, with the mark by which leftovers are found."""
        return {**self.env, MARK: str(self.home)}


class Child:
    """
    A running process that we started, and all that it started in turn.

    Linux ends it with the thread that made it: start a child in a thread that outlives it.
    """

    def __init__(self, command: Command) -> None:
        self.command = command
        with open_for_append(command.log) as log:
            self._process = subprocess.Popen(
                command.launched(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=command.cwd,
                env=command.environment(),
                start_new_session=True,
            )
        self._seen = psutil.Process(self._process.pid)
        self._looking = threading.Lock()

    @property
    def pid(self) -> int:
        """The process's id, and its session's and process group's."""
        return self._process.pid

    def is_running(self) -> bool:
        """Return whether it still runs; the first time it does not, end what it left behind."""
        with self._looking:
            if self._process.returncode is not None:
                return False
            # A dead child's pid is not reused until we wait for it, so its session is killed first.
            if not self._has_ended():
                return True
            _kill_session(self.pid)
            self._process.wait()
            return False

    def _has_ended(self) -> bool:
        try:
            return self._seen.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:  # someone else in this process has waited for it
            return True

    @property
    def started_at(self) -> float:
        """Its start time, in Unix seconds, which with the pid identifies the process for good."""
        return self._seen.create_time()

    @property
    def exit_code(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.returncode

    def wait_ready(self, ready: Callable[[], bool], *, name: str, timeout_s: float) -> None:
        """Poll until it is ready; raise StartError if it ends or takes too long."""
        deadline = time.monotonic() + timeout_s
        while not ready():
            if not self.is_running():
                said = last_line(self.command.log) or "nothing"
                reason = f"{name} ended with code {self.exit_code} and said: {said}"
                raise StartError(reason, log=self.command.log)
            if time.monotonic() > deadline:
                reason = f"{name} was not ready within {timeout_s:g} s"
                raise StartError(reason, log=self.command.log)
            time.sleep(POLL_S)

    def stop(self) -> None:
        """Ask it to end, wait, then kill it; afterwards nothing in its session runs."""
        deadline = time.monotonic() + self.command.grace_s
        self._send(self.command.stop_signal)
        while self.is_running():
            if time.monotonic() > deadline:
                self._send(signal.SIGKILL)
            time.sleep(POLL_S)

    def _send(self, wanted: signal.Signals) -> None:
        with self._looking:
            self._process.send_signal(wanted)


def run_once(command: Command, *, name: str, timeout_s: float = 120.0) -> None:
    """Run a command to its end; raise StartError with its last line of output if it fails."""
    child = Child(command)
    deadline = time.monotonic() + timeout_s
    try:
        while child.is_running() and time.monotonic() < deadline:
            time.sleep(POLL_S)
    finally:
        child.stop()
    if child.exit_code != 0:
        said = last_line(command.log) or "nothing"
        reason = f"{name} failed with code {child.exit_code} and said: {said}"
        raise StartError(reason, log=command.log)


def _kill_session(leader_pid: int) -> None:
    for pid in psutil.pids():
        try:
            if pid != leader_pid and os.getsid(pid) == leader_pid:
                os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
