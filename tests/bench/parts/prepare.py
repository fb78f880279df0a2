"""Part: from a raw archive to clean, sorted drops."""

import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

import psutil

from local_stack.home import Home
from local_stack.preparation import run_job
from tests.bench.child import sample_of_module
from tests.bench.part import Bar, Part, Rival, Sample, Setting
from tests.bench.trip_files import write_gzip, write_rows
from tests.support.publication import HEADER

ROWS = 1_000_000
MONTH_S = 28 * 24 * 60 * 60
FIRST_START = datetime(2021, 2, 1)  # noqa: DTZ001 - as such files write it
STATIONS = 2_000
# Any prime that no number of rows is a multiple of: every row is told once, in no order.
STEP = 7_919


@contextmanager
def part(setting: Setting) -> Iterator[Part]:
    """Write a month of distinct rides in no order, plain and as gzip."""
    rows = setting.size(ROWS, quick=20_000)
    plain = write_rows(setting.home / "month.csv", list(month(rows)), rows)
    packed = write_gzip(setting.home / "month.csv.gz", plain)
    yield Part(
        title="Prepare: a raw archive to drops of an hour",
        question=(
            "The batch job as the command runs it, start of the Java machine included: read, "
            "checked, each trip once, sorted, cut, compressed. csv.reader only splits rows."
        ),
        input=f"{rows:,} distinct made-up rides ({plain.stat().st_size / 2**20:,.0f} MiB).",
        rivals=[
            *(job(setting.home, plain, form="plain", cores=cores) for cores in "12"),
            floor(plain, form="plain"),
            *(job(setting.home, packed, form="gzip", cores=cores) for cores in "12"),
            floor(packed, form="gzip"),
        ],
        bars=bars(),
        plotted="seconds",
        rounds=1,
        packages=("pyspark",),
    )


def month(rows: int) -> Iterator[bytes]:
    """Give a header and rides between two thousand stations."""
    yield f"{HEADER}\n".encode()
    for number in range(rows):
        place = number * STEP % rows
        began = FIRST_START + timedelta(seconds=place * MONTH_S // rows)
        ended = began + timedelta(seconds=300 + number % 1_500)
        one, other = number % STATIONS, place % STATIONS
        yield (
            f"{number:016X},classic_bike,{began},{ended},"
            f"Station {one} & Main St,{5000 + one}.{one % 10:02},"
            f"Station {other} & Main St,{5000 + other}.{other % 10:02},"
            f"40.{700_000 + one},-73.{900_000 + one},40.{700_000 + other},-73.{900_000 + other},"
            "member\n"
        ).encode()


def job(home: Path, path: Path, *, form: str, cores: str) -> Rival:
    """Run the whole job on so many cores."""

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
        with PeakMemory() as peak:
            *_, last = run_job(Home(home / "job"), arguments, {}, cores=cores)
        if last["event"] != "report":
            raise RuntimeError(last["text"])
        return {"seconds": time.perf_counter() - started, "peak_mb": peak.mib}

    told = (f"spark-submit, local[{cores}], 2 GiB of heap", "parts of 32 MiB, drops of an hour")
    return Rival(name=f"the job, {form}, cores: {cores}", settings=told, run=run)


def floor(path: Path, *, form: str) -> Rival:
    """Split the rows, and do nothing with them."""

    def run() -> Sample:
        return sample_of_module("tests.bench.rivals.read_csv", (str(path),))

    return Rival(name=f"csv.reader, {form}", settings=("writes nothing",), run=run)


def bars() -> Sequence[Bar]:
    """What the job is held to."""
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
    ]


class PeakMemory:
    """The most that this process's children held together while a `with` block ran."""

    def __enter__(self) -> Self:
        self.mib = 0.0
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            held = 0
            for child in psutil.Process().children(recursive=True):
                try:
                    held += child.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.mib = max(self.mib, held / 2**20)

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watcher.join()
