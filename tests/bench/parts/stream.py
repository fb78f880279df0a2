"""Part 2: a backlog in Kafka, applied to Postgres by the full rules."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bikeshare.messages import MAX_ROWS_PER_RECORD
from local_stack.process import Command
from local_stack.services.broker import Broker
from local_stack.services.stream import Stream
from tests.bench.backlog import TOPIC, Backlog
from tests.bench.child import sample_of_module
from tests.bench.ledger import Ledger, Run
from tests.bench.machine import BENCH_PYTHON
from tests.bench.part import Bar, Part, Rival, Sample, Setting
from tests.bench.roomy_postgres import RoomyPostgres

ROWS = 1_000_000
# Rows that one transaction applies: the product's setting, and a quarter of it.
SHIPPED = 40_000
SMALLER = 10_000
SMALLER_ROUNDS = 2
PRODUCT = "product: Spark job as shipped"
SMALLER_PRODUCT = f"product: Spark job, {SMALLER:,} rows"
LIMIT = "limit: COPY from files"
# Their names, modules, and how they are set up.
STREAMERS = (
    (
        "confluent-kafka and psycopg2",
        "stream_confluent",
        "offsets committed after each batch; librdkafka fetches ahead in its own thread",
    ),
    (
        "Quix Streams",
        "stream_quix",
        "a checkpoint every batch; a sink that applies all partitions of one at once",
    ),
    (
        "Bytewax",
        "stream_bytewax",
        "KafkaSource, an eighth of a batch at a time, collected into batches; no recovery store",
    ),
    (
        "PyFlink",
        "stream_flink",
        "Kafka table into a vectorised function, one Arrow batch each, no checkpoint",
    ),
)
SORTED = "each batch in the order of publication, like the product's"
AS_OTHERS = "the same SQL in the same database; COPY and apply_batch in one transaction"
BATCHES = "SELECT count(*) FROM applied_batch WHERE lane = 'backfill'"


@contextmanager
def part(setting: Setting) -> Iterator[Part]:
    """Put the backlog into a real broker, and a database with a snapshot beside it."""
    rows = setting.size(ROWS, quick=60_000)
    with Broker(home=setting.home) as broker, RoomyPostgres(home=setting.home) as server:
        backlog = Backlog.of_a_city(rows, seed=setting.seed)
        backlog.publish(broker.bootstrap)
        parties = Parties(setting.home, broker.bootstrap, Ledger(server.dsn), backlog)
        rivals = parties.rivals()
        yield Part(
            title="2. Stream: Kafka to Postgres",
            question=(
                "Every rival runs the same SQL on the same records and has to end in the same "
                "state, which is compared. Rows a second count from the first commit to the last, "
                "so that nobody's start does."
            ),
            input=(
                f"{rows:,} trips of a city of New York's size, in records of "
                f"{MAX_ROWS_PER_RECORD}, after a snapshot."
            ),
            rivals=rivals,
            bars=bars([rival.name for rival in rivals]),
            plotted="rows_per_s",
            rounds=3,
            packages=(
                "pyspark",
                "confluent-kafka",
                "quixstreams",
                "bytewax",
                "apache-flink",
                "psycopg2-binary",
            ),
            versions={"postgres": parties.ledger.version()},
        )


@dataclass(frozen=True)
class Parties:
    """The rivals, and where they find broker and database."""

    home: Path
    bootstrap: str
    ledger: Ledger
    backlog: Backlog

    def rivals(self) -> Sequence[Rival]:
        """List all; fewer rounds show who is better off with smaller batches."""
        smaller = (self._smaller_product(), *self._others(SMALLER))
        return [
            self._product(),
            *self._others(SHIPPED),
            *(replace(rival, rounds=SMALLER_ROUNDS) for rival in smaller),
        ]

    def _others(self, rows: int) -> Sequence[Rival]:
        return [self._limit(rows), *(self._rival(*streamer, rows) for streamer in STREAMERS)]

    def _product(self) -> Rival:
        def run() -> Sample:
            with self.ledger.measured(self.backlog) as database:
                with database.product(self.home, self.bootstrap):
                    database.wait()
                return sample_of(database)

        return Rival(name=PRODUCT, settings=(told_of_product(SHIPPED),), run=run)

    def _smaller_product(self) -> Rival:
        def run() -> Sample:
            with self.ledger.measured(self.backlog) as database:
                home = self.home / "smaller"
                with SmallerBites(home=home, bootstrap=self.bootstrap, dsn=database.dsn):
                    database.wait()
                return sample_of(database)

        return Rival(name=SMALLER_PRODUCT, settings=(told_of_product(SMALLER),), run=run)

    def _limit(self, rows: int) -> Rival:
        def run() -> Sample:
            folder = self.backlog.files(self.home / f"batches-{rows}", records_of(rows))
            return self.child("stream_copy", str(folder), python=None)

        told = (f"batches of {records_of(rows)} records, as COPY text on disk; {AS_OTHERS}",)
        return Rival(name=named(LIMIT, rows), settings=told, run=run)

    def _rival(self, name: str, module: str, told: str, rows: int) -> Rival:
        def run() -> Sample:
            read = (self.bootstrap, TOPIC, str(self.backlog.records))
            return self.child(module, *read, size=records_of(rows))

        settings = (f"batches of {records_of(rows)} records; {told}; {SORTED}; {AS_OTHERS}",)
        return Rival(name=named(name, rows), settings=settings, run=run)

    def child(
        self,
        module: str,
        *arguments: str,
        size: int | None = None,
        python: Path | None = BENCH_PYTHON,
    ) -> Sample:
        """Run a rival on its own database, and check the state in which it ends."""
        with self.ledger.measured(self.backlog) as run:
            after = () if size is None else (str(size),)
            given = (*arguments, run.dsn, *after)
            chosen = {} if python is None else {"python": python}
            sample_of_module(f"tests.bench.rivals.{module}", given, **chosen)
            return sample_of(run)


class SmallerBites(Stream):
    """The job as shipped, except that its bites are as small as its rivals' smaller batches."""

    def command(self) -> Command:
        """Return the command as shipped, with one more argument."""
        shipped = super().command()
        return replace(shipped, argv=(*shipped.argv, "--bite_rows", str(SMALLER)))


def sample_of(run: Run) -> Sample:
    """Measure a run, and count the batches that its rows came in."""
    return {**run.sample(), "batches": run.asked(BATCHES)}


def told_of_product(rows: int) -> str:
    """Say how the product is set up."""
    return f"bites of {rows:,} rows, one task a lane; its own checkpoint"


def records_of(rows: int) -> int:
    """Return the number of records that hold this many rows."""
    return rows // MAX_ROWS_PER_RECORD


def named(party: str, rows: int) -> str:
    """Name a rival with its batch size."""
    return f"{party}, {rows:,} rows"


def bars(rivals: Sequence[str]) -> list[Bar]:
    """The bars of streaming: each rival, and the limit, beside the product at the same size."""
    return [
        bar(name, rows=rows)
        for rows in (SHIPPED, SMALLER)
        for name in rivals
        if name.endswith(named("", rows)) and name != SMALLER_PRODUCT
    ]


def bar(name: str, *, rows: int) -> Bar:
    """Hold the product to a rival of the same size, or to a part of the limit."""
    product = ({SHIPPED: PRODUCT, SMALLER: SMALLER_PRODUCT}[rows], "rows_per_s")
    if name == named(LIMIT, rows):
        text = f"part of the limit at batches of {rows:,} rows"
        return Bar(text=text, of=product, to=(name, "rows_per_s"), at_least=0.6)
    text = f"times as fast as {name}"
    return Bar(text=text, of=product, to=(name, "rows_per_s"), at_least=1)
