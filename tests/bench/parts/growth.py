"""Part 6: what a row costs when the ledger is long, the topic wide, or the workers are several."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg2
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from local_stack.services.broker import Broker
from local_stack.services.stream import MASTER
from tests.bench.backlog import TOPIC, Backlog
from tests.bench.child import sample_of_module
from tests.bench.city import FIRST_RIDE_AT
from tests.bench.ledger import Ledger, Run
from tests.bench.part import Bar, Part, Rival, Sample, Setting
from tests.bench.roomy_postgres import RoomyPostgres

YEAR = Path(__file__).parents[1] / "year.sql"
LEDGERS = (0, 1_000_000, 5_000_000, 40_000_000)
ROWS = 200_000
BATCH = 50
PARTITIONS = (1, 4, 12)
# Spark's own way to run executors as processes of their own on one machine: workers, cores, MB.
EXECUTORS = {"one": "local-cluster[1,4,1024]", "two": "local-cluster[2,2,1024]"}


@contextmanager
def part(setting: Setting) -> Iterator[Part]:
    """Fill a ledger for each length, and a topic for each width."""
    depths = LEDGERS if not setting.quick else tuple(depth // 100 for depth in LEDGERS)
    backlog = Backlog.of_a_city(setting.size(ROWS, quick=40_000), seed=setting.seed)
    long = Backlog.of_a_city(5 * backlog.rows, seed=setting.seed)
    with RoomyPostgres(home=setting.home) as server:
        parties = Parties(setting.home, server, backlog)
        yield Part(
            title="6. Growth: long ledgers, wide topics, more workers",
            question=(
                "The same rows are applied to ledgers that already hold that many trips, by the "
                "SQL alone; and by the whole stream from topics of several widths, and with "
                "executors as processes of their own."
            ),
            input=f"{backlog.rows:,} trips after up to {depths[-1]:,} others of the year before.",
            rivals=[
                *(parties.depth(depth) for depth in depths),
                *(parties.width(width) for width in PARTITIONS),
                parties.streamed("stream, five times the rows", long, PARTITIONS[1], MASTER),
                *(
                    parties.streamed(f"stream, {name} executor processes", backlog, 4, master)
                    for name, master in EXECUTORS.items()
                ),
            ],
            bars=bars(depths),
            plotted="us_per_row",
            rounds=2,
            packages=("pyspark", "psycopg2-binary"),
        )


@dataclass(frozen=True)
class Parties:
    """What is measured, and where."""

    home: Path
    server: RoomyPostgres
    backlog: Backlog

    def depth(self, trips: int) -> Rival:
        """Apply the rows to a ledger of so many trips; the ledger is made once."""
        made: list[Ledger] = []

        def run() -> Sample:
            if not made:
                made.append(Ledger(self.server.dsn, template=f"after_{trips}", fill=fill(trips)))
            folder = self.backlog.files(self.home / "batches", BATCH)
            with made[0].measured(self.backlog) as database:
                before = size_of(database.dsn)
                sample_of_module("tests.bench.rivals.stream_copy", (str(folder), database.dsn))
                after = size_of(database.dsn)
                grown = (after - before) / self.backlog.rows
                return {**database.sample(), "bytes_per_trip": grown}

        return Rival(name=depth_name(trips), settings=("COPY and apply_batch",), run=run)

    def width(self, partitions: int) -> Rival:
        """Read a topic of so many partitions."""
        name = f"stream, {partitions} partitions"
        return self.streamed(name, self.backlog, partitions, MASTER)

    def streamed(self, name: str, backlog: Backlog, partitions: int, master: str) -> Rival:
        """Run the job as shipped, but for its master."""

        def run() -> Sample:
            ledger = Ledger(self.server.dsn, template=f"empty_{abs(hash(name))}")
            with (
                Broker(home=self.home / "kafka") as broker,
                ledger.measured(backlog) as database,
            ):
                widen(broker.bootstrap, partitions)
                backlog.publish(broker.bootstrap)
                return streamed_sample(database, self.home, broker.bootstrap, master)

        return Rival(name=name, settings=(f"master {master}",), run=run, rounds=1)


def streamed_sample(database: Run, home: Path, bootstrap: str, master: str) -> Sample:
    """Run the stream to its end, and weigh it there."""
    with database.product(home, bootstrap, master=master) as stream:
        database.wait()
        tree = psutil.Process(stream.pid)
        held = sum(one.memory_info().rss for one in (tree, *tree.children(recursive=True)))
    return {**database.sample(), "stream_mb": held / 2**20}


def fill(trips: int) -> tuple[str, dict[str, object]] | None:
    """Say how to fill a ledger."""
    if not trips:
        return None
    return YEAR.read_text(), {"trips": trips, "until": FIRST_RIDE_AT}


def size_of(dsn: str) -> int:
    """Weigh a database in bytes."""
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int((cursor.fetchone() or (0,))[0])


def widen(bootstrap: str, partitions: int) -> None:
    """Make the backfill topic anew with so many partitions."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.delete_topics([TOPIC])
    while TOPIC in admin.list_topics():
        pass
    admin.create_topics([NewTopic(TOPIC, partitions, 1)])
    admin.close()


def depth_name(trips: int) -> str:
    """Name a ledger's length."""
    return f"ledger of {trips:,}" if trips else "empty ledger"


def bars(depths: Sequence[int]) -> list[Bar]:
    """What growth is held to."""
    empty = depth_name(0)
    narrow = f"stream, {PARTITIONS[0]} partitions"
    return [
        *(
            Bar(
                text=f"time per row, {depth_name(depth)}, to that of an empty one",
                of=(depth_name(depth), "us_per_row"),
                to=(empty, "us_per_row"),
                at_most=1.2,
            )
            for depth in depths[1:-1]
        ),
        Bar(
            text=f"rate of inserting, {depth_name(depths[-1])}, to that of an empty one",
            of=(depth_name(depths[-1]), "rows_per_s"),
            to=(empty, "rows_per_s"),
            at_least=0.7,
        ),
        *(
            Bar(
                text=f"time per row, {width} partitions, to that of one",
                of=(f"stream, {width} partitions", "us_per_row"),
                to=(narrow, "us_per_row"),
                at_most=1.2,
            )
            for width in PARTITIONS[1:]
        ),
        Bar(
            text="memory for five times the rows",
            of=("stream, five times the rows", "stream_mb"),
            to=(f"stream, {PARTITIONS[1]} partitions", "stream_mb"),
            at_most=1.2,
        ),
    ]
