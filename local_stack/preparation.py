"""Run the batch job once on this machine: its events as they come, its report at the end."""

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from local_stack.errors import LocalStackError
from local_stack.home import Home
from local_stack.java import REPOSITORY
from local_stack.logs import last_line, open_for_append
from local_stack.process import Command
from local_stack.spark import SparkJob

JOB: Final = REPOSITORY / "glue_jobs" / "prepare_trips" / "job.py"
# Marks the job's own lines; everything else that Spark prints goes to the log.
MARK: Final = "prepare_trips: "
STOP_S: Final = 10.0

Event = dict[str, Any]


def run_job(
    home: Home,
    arguments: Mapping[str, object],
    environment: Mapping[str, str],
    *,
    cores: str = "*",
) -> Iterator[Event]:
    """Run the job and yield its events, of which the last is its report."""
    home.path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="prepare-", dir=home.path) as scratch:
        job = SparkJob(script=JOB, folder=Path(scratch), master=f"local[{cores}]")
        job.prepare()
        command = Command(
            argv=job.argv(arguments),
            home=home.path,
            log=home.log("prepare"),
            env={**job.environment(), **environment},
            cwd=job.folder,
        )
        with _running(command) as process:
            assert process.stdout is not None  # noqa: S101 - asked for below
            reported = False
            for line in process.stdout:
                if line.startswith(MARK):
                    event: Event = json.loads(line.removeprefix(MARK))
                    reported = event["event"] == "report"
                    yield event
        if process.returncode and not reported:
            message = f"the job failed: {last_line(command.log)}; its log is {command.log}"
            raise LocalStackError(message)


@contextmanager
def _running(command: Command) -> Iterator["subprocess.Popen[str]"]:
    """Start the job; leave none of its processes behind, however the block ends."""
    with open_for_append(command.log) as log:
        process = subprocess.Popen(
            command.launched(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=command.cwd,
            env=dict(command.env),
            start_new_session=True,
        )
    try:
        yield process
        process.wait()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
