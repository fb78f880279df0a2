"""`up` and `down`: start and stop the stack."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from local_stack.client import current_status, stop
from local_stack.errors import LocalStackError
from local_stack.home import Endpoints, Home
from local_stack.java import REPOSITORY
from local_stack.lock import held, is_held
from local_stack.logs import last_line, open_for_append
from local_stack.output import Bar, Output
from local_stack.process import MARK
from local_stack.services.postgres import Postgres
from local_stack.stack import SERVICES, Stack, supervised
from local_stack.status import StackStatus, State
from local_stack.strays import end_strays

PROGRAM = "local_stack"
POLL_S = 0.1
UP_TIMEOUT_S = 300.0
DATA_FOLDERS = ("postgres", "kafka", "aws", "spark", "requests", "logs", "sample")


def up(home: Home, output: Output, *, detach: bool) -> int:
    """Run the stack here until told to stop; or detached, returning once it is ready."""
    if detach:
        _detach(home, output)
        _give_endpoints(home, output)
        return 0
    with foreground_stack(home, output) as stack:
        if stack.is_stopping:
            return 1
        _give_endpoints(home, output)
        stack.watch()
        output.note("stopping")
    return 0


@contextmanager
def foreground_stack(
    home: Home, output: Output, *, prepare: Callable[[], None] = lambda: None
) -> Iterator[Stack]:
    """Start the stack in this process and run it until the block ends; Ctrl-C asks it to stop."""
    home.claim()
    log_to(home.log("supervisor"))
    with supervised(home, os.environ) as stack:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: stack.ask_to_stop())
        prepare()
        with output.progress() as bar:
            stack.start(shower(bar))
        yield stack


def shower(bar: Bar) -> Callable[[StackStatus], None]:
    """Show the services as they come up."""

    def show(status: StackStatus) -> None:
        missing = [s.name for s in status.services if s.state is not State.RUNNING]
        done = len(status.services) - len(missing)
        bar.show(done, total=len(SERVICES), text=f"starting {', '.join(missing)}")

    return show


def log_to(log: Path) -> None:
    """Send this process's log to a file; stdout is for results."""
    open_for_append(log).close()
    logging.basicConfig(
        filename=log, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for chatty in ("kafka", "botocore", "boto3", "urllib3", "s3transfer"):
        logging.getLogger(chatty).setLevel(logging.ERROR)


def _give_endpoints(home: Home, output: Output) -> None:
    endpoints = asdict(Endpoints.read(home))
    lines = (f"{name:16} {value}" for name, value in endpoints.items())
    output.result(endpoints, "\n".join(lines))


def _detach(home: Home, output: Output) -> None:
    if is_held(home):
        output.note(f"a stack is running in {home.path} already")
        child = None
    else:
        child = _start_supervisor(home)
    try:
        with output.progress() as bar:
            _wait_running(home, child, shower(bar))
    except BaseException:
        if child:
            child.terminate()
            child.wait()
        raise


def _start_supervisor(home: Home) -> "subprocess.Popen[bytes]":
    home.claim()
    environment = {name: value for name, value in os.environ.items() if name != MARK}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(REPOSITORY), *_python_path()]))
    with open_for_append(home.log("up")) as log:
        return subprocess.Popen(
            [sys.executable, "-m", "local_stack", "--home", str(home.path), "up"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment,
        )


def _python_path() -> list[str]:
    return [os.environ["PYTHONPATH"]] if "PYTHONPATH" in os.environ else []


def _wait_running(
    home: Home, child: "subprocess.Popen[bytes] | None", show: Callable[[StackStatus], None]
) -> None:
    deadline = time.monotonic() + UP_TIMEOUT_S
    while time.monotonic() < deadline:
        status = current_status(home)
        ours = child is None or status.pid == child.pid
        if ours:
            show(status)
        if ours and status.state is State.RUNNING:
            return
        if child is not None and child.poll() is not None:
            if not is_held(home):
                raise LocalStackError(_why_it_ended(home))
            # A concurrent `up` was first.
            child = None
        time.sleep(POLL_S)
    message = f"the stack was not up within {UP_TIMEOUT_S:g} s; see `logs supervisor`"
    raise LocalStackError(message)


def _why_it_ended(home: Home) -> str:
    said = last_line(home.log("up")) or ""
    if said.startswith(f"{PROGRAM}: ") and not said.startswith(f"{PROGRAM}: starting "):
        return said.removeprefix(f"{PROGRAM}: ")
    return "the stack was stopped while it started; see `logs supervisor`"


def down(home: Home, output: Output, *, purge: bool) -> int:
    """Stop the stack and whatever an earlier one left; with `purge`, remove its data too."""
    if purge:
        home.refuse_strange()
    was_running = stop(home)
    strays = 0
    if home.path.exists():
        # A concurrent `up` waits until nothing of this run is left.
        with held(home):
            strays = end_strays(home.path, StackStatus.read(home))
            if purge:
                _purge(home)
    did = "stopped" if was_running else "was not running"
    left = f"; ended {strays} processes that an earlier run left" if strays else ""
    content = {"was_running": was_running, "strays_ended": strays, "purged": purge}
    output.result(content, f"{did}{left}{'; data removed' if purge else ''}")
    return 0


def _purge(home: Home) -> None:
    Postgres(home=home.path).purge()
    for name in DATA_FOLDERS:
        shutil.rmtree(home.path / name, ignore_errors=True)
    written = (home.state_file, home.endpoints_file, home.ports_file, home.mark_file)
    for file in (*written, home.lock_file):
        file.unlink(missing_ok=True)
