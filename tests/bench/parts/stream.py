"""Part 2: a backlog in Kafka, applied to Postgres by the full rules."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bikeshare.messages import MAX_ROWS_PER_RECORD
from local_stack.services.broker import Broker
from tests.bench.backlog import TOPIC, Backlog
from tests.bench.child import sample_of_module
from tests.bench.ledger import Ledger
from tests.bench.machine import BENCH_PYTHON
from tests.bench.part import Bar, Part, Rival, Sample, Setting
from tests.bench.roomy_postgres import RoomyPostgres

ROWS = 1_000_000
# Rows that one transaction applies, as the product is set, and a quarter.
SHIPPED = 40_000
SMALLER = 10_000
PRODUCT = "product: Spark job as shipped"
LIMIT = "limit: COPY from files"
# Their names, modules, and how they are set up.
STREAMERS = (
    (
        "confluent-kafka and psycopg2",
        "stream_confluent",
        "offsets committed after each batch; librdkafka fetches ahead in its own thread",
    ),
    ("Quix Streams", "stream_quix", "BatchingSink, a checkpoint every batch"),
    ("Bytewax", "stream_bytewax", "KafkaSource batches into a sink, no recovery store"),
    (
        "PyFlink",
        "stream_flink",
        "Kafka table into a vectorised function, one Arrow batch each, no checkpoint",
    ),
)
AS_OTHERS = "the same SQL in the same database; COPY and apply_batch in one transaction"


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
    """Who takes part, and where they find broker and database."""

    home: Path
    bootstrap: str
    ledger: Ledger
    backlog: Backlog

    def rivals(self) -> Sequence[Rival]:
        """List all; a round tells who is better off with smaller batches."""
        return [
            self._product(),
            *self._others(SHIPPED),
            *(replace(rival, rounds=1) for rival in self._others(SMALLER)),
        ]

    def _others(self, rows: int) -> Sequence[Rival]:
        return [self._limit(rows), *(self._rival(*streamer, rows) for streamer in STREAMERS)]

    def _product(self) -> Rival:
        settings = (f"bites of {SHIPPED:,} rows, one task a lane; its own checkpoint",)
        return Rival(name=PRODUCT, settings=settings, run=self._run_product)

    def _run_product(self) -> Sample:
        with self.ledger.measured(self.backlog) as run:
            with run.product(self.home, self.bootstrap):
                run.wait()
            return run.sample()

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

        settings = (f"batches of {records_of(rows)} records; {told}; {AS_OTHERS}",)
        return Rival(name=named(name, rows), settings=settings, run=run)

    def child(
        self,
        module: str,
        *arguments: str,
        size: int | None = None,
        python: Path | None = BENCH_PYTHON,
    ) -> Sample:
        """Run a rival on a database of its own, and check the state in which it ends."""
        with self.ledger.measured(self.backlog) as run:
            after = () if size is None else (str(size),)
            given = (*arguments, run.dsn, *after)
            chosen = {} if python is None else {"python": python}
            sample_of_module(f"tests.bench.rivals.{module}", given, **chosen)
            return run.sample()


def records_of(rows: int) -> int:
    """Count the records that hold so many rows."""
    return rows // MAX_ROWS_PER_RECORD


def named(party: str, rows: int) -> str:
    """Name who takes part, and by how many rows at a time."""
    return f"{party}, {rows:,} rows"


def bars(rivals: Sequence[str]) -> list[Bar]:
    """What streaming is held to: each rival at each size, and the limit at its best."""
    product = (PRODUCT, "rows_per_s")
    others = [name for name in rivals if name != PRODUCT and not name.startswith(LIMIT)]
    return [
        *(
            Bar(text=f"times as fast as {name}", of=product, to=(name, "rows_per_s"), at_least=1)
            for name in others
        ),
        *(
            Bar(
                text=f"part of the limit at batches of {rows:,} rows",
                of=product,
                to=(named(LIMIT, rows), "rows_per_s"),
                at_least=0.6,
            )
            for rows in (SHIPPED, SMALLER)
        ),
    ]
