"""Part: from a raw archive to clean, sorted drops."""

import os
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

import psutil

from local_stack.home import Home
from local_stack.preparation import run_job
from tests.bench.child import sample_of_module
from tests.bench.machine import BENCH_PYTHON
from tests.bench.part import Bar, Part, Rival, Sample, Setting
from tests.bench.trip_files import write_rows
from tests.support.publication import HEADER

ROWS = 1_000_000
MONTH_S = 28 * 24 * 60 * 60
FIRST_START = datetime(2021, 2, 1)  # noqa: DTZ001 - as such files write it
STATIONS = 2_000
# A prime that divides no number of rows: every row is written once, in scattered order.
STEP = 7_919
# One row in 50 is repeated, and one in 1,000 ends before it begins.
TOLD_TWICE = 50
BROKEN = 1_000
TIMES_AS_LONG = 4


@contextmanager
def part(setting: Setting) -> Iterator[Part]:
    """Write a month of rides in no order, and one with more of them."""
    rows, home = setting.size(ROWS, quick=20_000), setting.home
    plain, long = (
        write_rows(home / name, list(month(rows * times)), rows * times)
        for name, times in (("month.csv", 1), ("long.csv", TIMES_AS_LONG))
    )
    yield Part(
        title="Prepare: a raw archive to drops of an hour",
        question=(
            "Read, checked, each trip once, sorted by its end, cut by the hour, compressed: the "
            "job as the command runs it, start of the Java machine included, beside scripts that "
            "know this one format, keep no row that they refuse, and report nothing. csv.reader "
            "only splits rows."
        ),
        input=(
            f"{rows:,} made-up rows ({plain.stat().st_size / 2**20:,.0f} MiB), one in {TOLD_TWICE} "
            f"told twice, one in {BROKEN:,} broken; {TIMES_AS_LONG} times as many in the long file."
        ),
        rivals=[
            *(job(home, plain, form="plain", cores=cores) for cores in "12"),
            *(duckdb(home, plain, form="plain", cores=cores) for cores in "12"),
            *(
                replace(rival, rounds=1)
                for rival in (
                    job(home, long, form="long", cores="2"),
                    duckdb(home, long, form="long", cores="2"),
                    standard_library(home, plain, form="plain"),
                    floor(plain, form="plain"),
                )
            ),
        ],
        bars=bars(),
        plotted="seconds",
        rounds=3,
        packages=("pyspark", "duckdb"),
    )


def month(rows: int) -> Iterator[bytes]:
    """Yield a header and rides between two thousand stations."""
    yield f"{HEADER}\n".encode()
    for line in range(rows):
        number = line - (line % TOLD_TWICE == TOLD_TWICE - 1)
        place = number * STEP % rows
        began = FIRST_START + timedelta(seconds=place * MONTH_S // rows)
        took_s = 300 + number % 1_500
        ended = began + timedelta(seconds=took_s if number % BROKEN else -took_s)
        one, other = number % STATIONS, place % STATIONS
        yield (
            f"{number:016X},classic_bike,{began},{ended},"
            f"Station {one} & Main St,{5000 + one}.{one % 10:02},"
            f"Station {other} & Main St,{5000 + other}.{other % 10:02},"
            f"40.{700_000 + one},-73.{900_000 + one},40.{700_000 + other},-73.{900_000 + other},"
            "member\n"
        ).encode()


def job(home: Path, path: Path, *, form: str, cores: str) -> Rival:
    """Run the whole job on this many cores."""

    def run() -> Sample:
        out = home / "prepared"
        shutil.rmtree(out, ignore_errors=True)
        arguments = {
            "inputs": path.as_uri(),
            "output": out.as_uri(),
            "lane": "backfill",
            "time_zone": "America/New_York",
        }
        started = time.perf_counter()
        with Children() as children, processors(int(cores)):
            *_, last = run_job(Home(home / "job"), arguments, {}, cores=cores)
        if last["event"] != "report":
            raise RuntimeError(last["text"])
        return {
            "seconds": time.perf_counter() - started,
            "rows_written": last["rows_written"],
            "cpu_s": children.cpu_s,
            "peak_mb": children.peak_mib,
        }

    told = (
        f"spark-submit, local[{cores}], pinned, 1 GiB of heap",
        "parts of 32 MiB, drops of an hour",
    )
    return Rival(name=f"the job, {form}, cores: {cores}", settings=told, run=run)


def duckdb(home: Path, path: Path, *, form: str, cores: str) -> Rival:
    """Have DuckDB do the same in one statement."""

    def run() -> Sample:
        arguments = (str(path), str(home / "by-duckdb"), cores)
        module = "tests.bench.rivals.prepare_duckdb"
        with processors(int(cores)):
            return sample_of_module(module, arguments, python=BENCH_PYTHON)

    told = (
        f"threads {cores}, pinned",
        "COPY … PARTITION_BY, gzip",
        "refuses rows by WHERE, in silence",
    )
    return Rival(name=f"duckdb, {form}, cores: {cores}", settings=told, run=run)


def standard_library(home: Path, path: Path, *, form: str) -> Rival:
    """Have a script do the same with csv, dict, sorted and gzip."""

    def run() -> Sample:
        arguments = (str(path), str(home / "by-script"))
        return sample_of_module("tests.bench.rivals.prepare_csv", arguments)

    told = ("csv.DictReader, one dict of all trips, sorted, gzip", "all rows in memory")
    return Rival(name=f"standard library, {form}", settings=told, run=run)


def floor(path: Path, *, form: str) -> Rival:
    """Split the rows, and do nothing with them."""

    def run() -> Sample:
        return sample_of_module("tests.bench.rivals.read_csv", (str(path),))

    return Rival(name=f"csv.reader, {form}", settings=("writes nothing",), run=run)


def bars() -> Sequence[Bar]:
    """The bars of the job."""
    return [
        Bar(
            text="times as fast on two cores as on one, plain",
            of=("the job, plain, cores: 1", "seconds"),
            to=("the job, plain, cores: 2", "seconds"),
            at_least=1.3,
        ),
        Bar(
            text="peak memory of all processes, MiB",
            of=("the job, plain, cores: 2", "peak_mb"),
            at_most=3_500,
        ),
        Bar(
            text=f"times the memory for {TIMES_AS_LONG} times the rows",
            of=("the job, long, cores: 2", "peak_mb"),
            to=("the job, plain, cores: 2", "peak_mb"),
            at_most=1.3,
        ),
        Bar(
            text=f"times the seconds for {TIMES_AS_LONG} times the rows",
            of=("the job, long, cores: 2", "seconds"),
            to=("the job, plain, cores: 2", "seconds"),
            at_most=1.1 * TIMES_AS_LONG,
        ),
        *(
            Bar(
                text=f"times as many rows as the job, {rival}",
                of=(f"{rival}", "rows_written"),
                to=("the job, plain, cores: 2", "rows_written"),
                at_least=1,
                at_most=1,
            )
            for rival in ("duckdb, plain, cores: 2", "standard library, plain")
        ),
    ]


@contextmanager
def processors(number: int) -> Iterator[None]:
    """Let this thread, and whatever it starts, have only so many of the processors."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:number])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Children:
    """What children that start in a `with` block use, and the most memory that they hold."""

    def __enter__(self) -> Self:
        self.peak_mib = 0.0
        self._others = frozenset(psutil.Process().children(recursive=True))
        self._used: dict[psutil.Process, float] = {}
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    @property
    def cpu_s(self) -> float:
        """Their processor time, except for the last moment of each."""
        return sum(self._used.values())

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            held = 0
            for child in psutil.Process().children(recursive=True):
                if child in self._others:
                    continue
                try:
                    held += child.memory_info().rss
                    used = child.cpu_times()
                except psutil.NoSuchProcess:
                    continue
                self._used[child] = used.user + used.system
            self.peak_mib = max(self.peak_mib, held / 2**20)

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watcher.join()
