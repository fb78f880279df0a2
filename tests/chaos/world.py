"""One stack's lifetime: what was dropped into it, how to hit it, and when it has recovered."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from random import Random
from typing import Any, Self
from urllib.error import URLError

import psutil
import psycopg2
from botocore.exceptions import BotoCoreError, ClientError

from local_stack.client import current_status
from local_stack.deployment import BUCKET
from local_stack.emulated_aws import EmulatedAws
from local_stack.home import Home
from local_stack.shown import held_version, why_not_shown
from local_stack.status import ServiceStatus, State
from local_stack.verbs.drain import Balance
from tests.chaos.database import Database
from tests.chaos.expectation import Expectation
from tests.chaos.material import Material
from tests.support.stack import LocalStack

SERVICES = ("postgres", "kafka", "aws", "stream", "api")
DISK_BYTES = 768 * 1024 * 1024
RECOVER_S = 300
COMPLETE_S = 240
POLL_S = 0.2
UPLOAD_S = 90
READ_PAUSE_S = 0.3
# Every fault should also meet drops on their way between invocations; with 3000, few are.
PART_LINES = (90, 1000, 3000)
Key = str


class World:
    """A stack in a fresh home, under a reader's load, with the account of every upload."""

    def __init__(self, random: Random) -> None:
        # Not in a folder that only we can read: as root, we run the database as another user.
        self.folder = Path(tempfile.mkdtemp(prefix="bikeshare-chaos-"))
        self.folder.chmod(0o755)
        self.home = self.folder / "home"
        self.material = Material.gather(self.folder / "files", random)
        self.part_lines = random.choice(PART_LINES)
        self.stack = LocalStack(self.home, PART_LINES=str(self.part_lines))
        self.expected = Expectation()
        self.dropped: list[tuple[Key, Path]] = []
        self.struck_at = time.monotonic()
        self.unreadable_expected = 0
        self.gone: set[Key] = set()
        self._ended = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        # Before the disk is mounted in it: a new home must be empty.
        Home(self.home).claim()
        self.disk_is_ours = mounted(self.home / "postgres")
        try:
            self.stack.__enter__()
        except BaseException:
            self.__exit__()
            raise
        self.database = Database(self.stack.endpoints["postgres_dsn"])
        self.aws = EmulatedAws(self.stack.endpoints["s3_endpoint"])
        self.s3, self.sqs = self.aws.s3(), self.aws.sqs()
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._reader.is_alive():
            self._reader.join()
        self.stack.attempt("down", "--purge", timeout_s=90)
        if self.disk_is_ours:
            subprocess.run(["umount", "--lazy", str(self.home / "postgres")], check=False)  # noqa: S607
        shutil.rmtree(self.folder, ignore_errors=True)

    def upload(self, path: Path, *, lane: str = "", key: Key = "") -> Key:
        """Drop a file, retrying until it is accepted, as a patient operator does."""
        key = key or f"{lane or lane_of(path)}/{path.name}"
        self.expected.add(key, path)
        self.put(path, key)
        return key

    def put(self, path: Path, key: Key) -> None:
        """Put a file into the bucket."""
        self.dropped.append((key, path))
        deadline = time.monotonic() + UPLOAD_S
        while True:
            try:
                with path.open("rb") as content:
                    self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)
            except (BotoCoreError, ClientError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    @contextmanager
    def load(self, random: Random, *, files: int = 4, rows: int = 400) -> Iterator[None]:
        """Drop seeded files while the block runs; return once all are in the bucket."""
        paths = [
            self.material.write(self.material.trips(random, random.randint(20, rows)), random)
            for _ in range(files)
        ]
        if random.random() < 0.5:
            paths.insert(random.randrange(files), self.material.feed(random))
        lanes = [random.choice(("live", "live", "backfill")) for _ in paths]
        pauses = [random.uniform(0, 0.3) for _ in paths]
        failures: list[BaseException] = []

        def upload_all() -> None:
            try:
                for path, lane, pause in zip(paths, lanes, pauses, strict=True):
                    self.upload(path, lane="" if ".json" in path.name else lane)
                    time.sleep(pause)
            except BaseException as error:
                failures.append(error)
                raise

        uploading = threading.Thread(target=upload_all)
        uploading.start()
        try:
            yield
        finally:
            uploading.join()
        if failures:
            raise failures[0]

    def strike(self) -> None:
        """Record that the fault happens now; recovery time counts from here."""
        self.struck_at = time.monotonic()

    def kill(self, pid: int) -> None:
        """Kill a process at once, as the loss of a machine would."""
        self.strike()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def services(self) -> tuple[ServiceStatus, ...]:
        """Return what `status` reports of each service, without starting a command for it."""
        return current_status(Home(self.home)).services

    def pid(self, name: str) -> int:
        """Return the process of a service, waiting if it is just restarting."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for one in self.services():
                if one.name == name and one.pid and one.state is State.RUNNING:
                    return one.pid
            time.sleep(POLL_S)
        message = f"{name} is not running"
        raise TimeoutError(message)

    def function_workers(self) -> list[psutil.Process]:
        """Return the processes that run the trips function."""
        children = psutil.Process(self.pid("aws")).children(recursive=True)
        return [child for child in children if runs_trips(child)]

    def wait_until_complete(self, key: Key) -> None:
        """Wait until an attempt at a drop is complete."""
        deadline = time.monotonic() + COMPLETE_S
        while not any(one.key == key and one.is_complete for one in self.database.attempts()):
            if time.monotonic() > deadline:
                message = f"{key} was not complete within {COMPLETE_S} s"
                raise TimeoutError(message)
            time.sleep(POLL_S)

    def recover(self) -> float:
        """Wait until drops are accounted for and all runs; return the seconds since the fault."""
        deadline = time.monotonic() + RECOVER_S
        while True:
            waiting = self._waiting()
            if not waiting:
                return time.monotonic() - self.struck_at
            if time.monotonic() > deadline:
                raise TimeoutError("; ".join(waiting[:5]))
            time.sleep(POLL_S)

    def _waiting(self) -> list[str]:
        """Return what `drain` would still wait for, or else which services do not run."""
        try:
            unfinished = Balance.take(self.s3, self.database.dsn).unfinished or why_not_shown(
                self.stack.endpoints["api_url"], held_version(self.database.dsn)
            )
        except (psycopg2.Error, BotoCoreError, ClientError) as error:
            return [f"a service does not answer: {error}"]
        states = {one.name: one.state for one in self.services()}
        return unfinished or [
            f"{name} is {states.get(name)}"
            for name in SERVICES
            if states.get(name) is not State.RUNNING
        ]

    def stations(self) -> dict[str, dict[str, Any]]:
        """Return every station that the API serves; the API may be the last to come back."""
        deadline = time.monotonic() + 30
        while True:
            try:
                return self.stack.stations()
            except (URLError, HTTPException, OSError, ValueError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def keep_logs(self, folder: Path) -> None:
        """Copy the services' logs to where they outlive the stack."""
        shutil.copytree(self.home / "logs", folder, dirs_exist_ok=True)

    def _read(self) -> None:
        """Request the stations all the time; that some requests fail is the point of the faults."""
        while not self._ended.wait(READ_PAUSE_S):
            with suppress(URLError, HTTPException, OSError, ValueError):
                self.stack.stations()


def runs_trips(process: psutil.Process) -> bool:
    """Return whether a process runs the trips function; one that was killed is still listed."""
    try:
        return "publish_trips" in " ".join(process.cmdline())
    except psutil.Error:
        return False


def lane_of(path: Path) -> str:
    """Return the default lane of a file."""
    return "stations" if ".json" in path.name else "live"


def mounted(folder: Path) -> bool:
    """Mount a small disk for the database where that is allowed; return whether it was."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    options = f"size={DISK_BYTES},mode=0755"
    mount: Sequence[str] = ("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder))
    done = subprocess.run(mount, check=False, capture_output=True)
    return done.returncode == 0
