"""Part 3: from a file in the bucket to the answer that shows it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from local_stack.services.stream import Stream
from tests.bench.backlog import Backlog
from tests.bench.child import ROOT
from tests.bench.ledger import Ledger
from tests.bench.machine import BENCH_PYTHON
from tests.bench.part import Bar, Part, Rival, Sample, Setting
from tests.bench.probes import Probes, Surroundings

PROBES = 500
BACKFILL_ROWS = 4_000_000
BACKFILLED = "SELECT coalesce(sum(rows_seen), 0) FROM applied_batch WHERE lane = 'backfill'"
POLL_S = 0.1
PRODUCT = "product"
UNDER_BACKFILL = "product, while a backfill runs"
PLAIN = "plain consumer that commits each row"


@contextmanager
def part(setting: Setting) -> Iterator[Part]:
    """Measure on separate stacks, one after the other."""
    count = setting.size(PROBES, quick=60)
    backlog = Backlog.of_a_city(setting.size(BACKFILL_ROWS, quick=400_000), seed=setting.seed)

    def product(name: str, *, backfill: Backlog | None = None) -> Sample:
        home = setting.home / name
        with Surroundings.running(home) as around, streaming(home, around):
            probes = Probes(around, count)
            probes.warm_up()
            if backfill is None:
                return probes.run()
            with backfilling(backfill, around):
                return probes.run()

    def plain() -> Sample:
        with Surroundings.running(setting.home / "plain") as around, consuming(around):
            probes = Probes(around, count)
            probes.warm_up()
            return probes.run()

    yield Part(
        title="3. Freshness: from the bucket to the answer",
        question=(
            "A file with one trip is put into the bucket six times a second, which is New York's "
            "peak of twelve dock events a second; the delay ends when /api/v1/stations shows it."
        ),
        input=(
            f"{count} probes; for the backfill {backlog.rows:,} rows wait in Kafka, too many to be "
            "applied before the last probe is seen."
        ),
        rivals=[
            Rival(name=PRODUCT, settings=("as shipped",), run=lambda: product("alone")),
            Rival(
                name=UNDER_BACKFILL,
                settings=("as shipped",),
                run=lambda: product("busy", backfill=backlog),
            ),
            Rival(
                name=PLAIN,
                settings=(
                    "confluent-kafka in place of Spark: apply and commit record by record",
                    "the same functions, SQL and API around it",
                ),
                run=plain,
            ),
        ],
        bars=[
            Bar(text="p50, ms", of=(PRODUCT, "p50_ms"), at_most=1_000),
            Bar(text="p99, ms", of=(PRODUCT, "p99_ms"), at_most=2_500),
            Bar(text="p99 under a backfill, ms", of=(UNDER_BACKFILL, "p99_ms"), at_most=5_000),
            Bar(text="p99, ms; the GBFS norm", of=(PRODUCT, "p99_ms"), at_most=60_000),
        ],
        plotted="p50_ms",
        rounds=1,
        packages=("pyspark", "confluent-kafka", "ministack", "chalice"),
    )


@contextmanager
def backfilling(backlog: Backlog, around: Surroundings) -> Iterator[None]:
    """Publish a backlog, and raise an error unless some of it was left at the end of the block."""
    backlog.publish(around.broker.bootstrap)
    while not backfilled(around):
        time.sleep(POLL_S)
    yield
    applied = backfilled(around)
    if applied >= backlog.rows:
        message = (
            f"the backfill of {backlog.rows:,} rows ended before the last probe was seen; "
            "enlarge BACKFILL_ROWS"
        )
        raise RuntimeError(message)
    sys.stderr.write(f"the backfill had applied {applied:,} of {backlog.rows:,} rows\n")


def backfilled(around: Surroundings) -> int:
    """Return how many rows of the backfill are applied."""
    return int(Ledger.asked(around.postgres.dsn, BACKFILLED))


def streaming(home: Path, around: Surroundings) -> AbstractContextManager[Stream]:
    """Run the job as shipped."""
    return Stream(home=home, bootstrap=around.broker.bootstrap, dsn=around.postgres.dsn)


@contextmanager
def consuming(around: Surroundings) -> Iterator[None]:
    """Run the plain consumer."""
    arguments = (around.broker.bootstrap, around.postgres.dsn)
    command = [str(BENCH_PYTHON), "-m", "tests.bench.rivals.consume_rows", *arguments]
    with subprocess.Popen(command, cwd=ROOT) as consumer:
        yield
        consumer.terminate()
