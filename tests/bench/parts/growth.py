"""Part 6: what a row costs when the ledger is long, the topic wide, or the workers are several."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import psutil
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from local_stack.services.broker import Broker
from local_stack.services.stream import MASTER, Stream
from tests.bench.backlog import TOPIC, Backlog
from tests.bench.child import sample_of_module
from tests.bench.city import FIRST_RIDE_AT
from tests.bench.ledger import Ledger, Run
from tests.bench.part import Bar, Part, Rival, Sample, Setting
from tests.bench.parts.stream import SHIPPED, records_of
from tests.bench.roomy_postgres import RoomyPostgres

YEAR = Path(__file__).parents[1] / "year.sql"
LEDGERS = (0, 1_000_000, 5_000_000, 40_000_000)
# A fresh copy of a ledger has nothing in memory, one that has run for a year has: the first third
# of the rows warms it up, and the others are measured.
ROWS, WARM_UP = 400_000, 120_000
# How far the long backlog is at each measurement of memory.
MARKS = (100_000, 1_000_000, 5_000_000)
QUICK_MARKS = (80_000, 160_000, 240_000)
PARTITIONS = (1, 4, 12)
WIDTH = 4
# Spark's own way to run executors in separate processes on one machine: workers, cores, MB.
EXECUTORS = {"one": "local-cluster[1,4,1024]", "two": "local-cluster[2,2,1024]"}
LONG = "stream, five million rows"
# Trips that one transaction forgets, and how many such transactions are measured.
SLICE, SLICES = 40_000, 5
FORGOTTEN_BEFORE = FIRST_RIDE_AT - timedelta(days=180)
# Every trip of the year has a departure and an arrival; a bike's last trip is never forgotten.
REMEMBERED = """
    SELECT sum(cardinality(departures) + cardinality(arrivals)) / 2 FROM forgotten_minutes
"""
FORGETTABLE = """
    SELECT count(*) FROM trip
    WHERE greatest(started_at, ended_at) < %s
        AND NOT EXISTS (SELECT FROM bike WHERE bike.trip_key = trip.trip_key)
"""


@contextmanager
def part(setting: Setting) -> Iterator[Part]:
    """Fill a ledger for each length, and a topic for each width."""
    shrunk = 25 if setting.quick else 1
    depths = [depth // shrunk for depth in LEDGERS]
    marks = MARKS if not setting.quick else QUICK_MARKS
    backlog = Backlog.of_a_city(ROWS, seed=setting.seed)
    long = Backlog.of_a_city(marks[-1], seed=setting.seed)
    with RoomyPostgres(home=setting.home) as server:
        parties = Parties(setting.home, server, backlog)
        yield Part(
            title="6. Growth: long ledgers, wide topics, more workers",
            question=(
                "The same rows are applied to ledgers that already hold that many trips, by the "
                "SQL alone; and by the whole stream from topics of several widths, from a long "
                "backlog, and with executors as processes of their own."
            ),
            input=(
                f"{backlog.rows:,} trips after up to {depths[-1]:,} others of the year before; "
                f"the long backlog has {long.rows:,}."
            ),
            rivals=[
                *(parties.depth(depth) for depth in depths),
                parties.forgetting(depths[-2]),
                *(parties.width(width) for width in PARTITIONS),
                *(parties.executors(name) for name in EXECUTORS),
                parties.length(long, marks),
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
    ledgers: dict[int, Ledger] = field(default_factory=dict)

    def ledger(self, trips: int) -> Ledger:
        """Return a ledger of this many trips, made on first use."""
        if trips not in self.ledgers:
            made = Ledger(self.server.dsn, template=f"after_{trips}", fill=fill(trips))
            self.ledgers[trips] = made
        return self.ledgers[trips]

    def depth(self, trips: int) -> Rival:
        """Apply the rows to a ledger of this many trips."""

        def run() -> Sample:
            folder = self.backlog.files(self.home / "batches", records_of(SHIPPED))
            with self.ledger(trips).measured(self.backlog) as database:
                before = size_of(database)
                sample_of_module("tests.bench.rivals.stream_copy", (str(folder), database.dsn))
                grown = (size_of(database) - before) / self.backlog.rows
                database.check()
                return {**database.stretch(WARM_UP, ROWS), "bytes_per_trip": grown}

        told = f"COPY and apply_batch, {SHIPPED:,} rows a batch, after {WARM_UP:,} to warm up"
        return Rival(name=depth_name(trips), settings=(told,), run=run)

    def forgetting(self, trips: int) -> Rival:
        """Forget the oldest half year of a ledger, slice by slice."""

        def run() -> Sample:
            with self.ledger(trips).measured(self.backlog) as database:
                sample = forgetting_sample(database)
                check_forgotten(database, trips)
                return sample

        told = f"forget_trips, {SLICE:,} trips a transaction, {SLICES} of them after one to warm up"
        return Rival(name=forgetting_name(trips), settings=(told,), run=run)

    def width(self, partitions: int) -> Rival:
        """Read a topic of this many partitions."""
        return self.streamed(width_name(partitions), partitions, MASTER)

    def executors(self, number: str) -> Rival:
        """Run Spark's executors in separate processes."""
        return self.streamed(executors_name(number), WIDTH, EXECUTORS[number])

    def streamed(self, name: str, partitions: int, master: str) -> Rival:
        """Run the job as shipped, except for its Spark master."""

        def run() -> Sample:
            with self.running(self.backlog, partitions, master) as (database, stream):
                database.wait()
                return {**database.sample(), "stream_mb": held_mb(stream)}

        return Rival(name=name, settings=(f"master {master}",), run=run, rounds=1)

    def length(self, backlog: Backlog, marks: Sequence[int]) -> Rival:
        """Run the job as shipped through a long backlog, and measure its memory on the way."""

        def run() -> Sample:
            with self.running(backlog, WIDTH, MASTER) as (database, stream):
                before, held = size_of(database), {}
                for mark in marks:
                    database.wait(mark)
                    held[mark] = held_mb(stream)
                # Nobody else applies this backlog, so there is no state to compare with.
                database.check_counts()
                grown = (size_of(database) - before) / backlog.rows
                return {**long_sample(database, marks, held), "bytes_per_trip": grown}

        told = f"master {MASTER}, weighed after {', '.join(f'{mark:,}' for mark in marks)} rows"
        return Rival(name=LONG, settings=(told,), run=run, rounds=1)

    @contextmanager
    def running(
        self, backlog: Backlog, partitions: int, master: str
    ) -> Iterator[tuple[Run, Stream]]:
        """Start a broker that holds a backlog, an empty ledger, and the job between them."""
        with (
            Broker(home=self.home / "kafka") as broker,
            self.ledger(0).measured(backlog) as database,
        ):
            widen(broker.bootstrap, partitions)
            backlog.publish(broker.bootstrap)
            with database.product(self.home, broker.bootstrap, master=master) as stream:
                yield database, stream


def long_sample(database: Run, marks: Sequence[int], held: Mapping[int, float]) -> Sample:
    """Report the first, middle and last stretch separately."""
    cost = {
        mark: database.stretch(before, mark)["us_per_row"]
        for before, mark in zip((0, *marks), marks, strict=False)
    }
    first, middle, last = marks
    return {
        **database.stretch(0, last),
        "first_us_per_row": cost[first],
        "middle_us_per_row": cost[middle],
        "last_us_per_row": cost[last],
        "first_mb": held[first],
        "middle_mb": held[middle],
        "stream_mb": held[last],
    }


def forgetting_sample(database: Run) -> Sample:
    """Forget some slices, each in its own transaction, as the product does."""
    forgotten, measured, seconds = 0, 0, 0.0
    for number in range(1 + SLICES):
        began = perf_counter()
        gone = database.asked("SELECT forget_trips(%s, %s)", (FORGOTTEN_BEFORE, SLICE))
        forgotten += gone
        if number:
            measured, seconds = measured + gone, seconds + perf_counter() - began
    kept = database.asked("SELECT pg_total_relation_size('forgotten_minutes')") / forgotten
    return {
        "rows_per_s": measured / seconds,
        "us_per_row": 1e6 * seconds / measured,
        "bytes_kept_per_trip": kept,
    }


def check_forgotten(database: Run, trips: int) -> None:
    """Raise an error unless as many trips as asked were forgotten, and their minutes kept."""
    forgotten = trips - database.asked("SELECT count(*) FROM trip")
    remembered = database.asked(REMEMBERED) or 0
    all_slices = forgotten == (1 + SLICES) * SLICE
    if not (all_slices or database.asked(FORGETTABLE, (FORGOTTEN_BEFORE,)) == 0):
        message = f"only {forgotten:,} trips were forgotten"
        raise RuntimeError(message)
    if remembered != forgotten:
        message = f"{forgotten:,} trips were forgotten, {remembered:,} are remembered by minute"
        raise RuntimeError(message)


def held_mb(stream: Stream) -> float:
    """Return the memory of the job: its JVM, its Python, and all that they started."""
    tree = psutil.Process(stream.pid)
    held = sum(one.memory_info().rss for one in (tree, *tree.children(recursive=True)))
    return float(held / 2**20)


def fill(trips: int) -> tuple[str, dict[str, object]] | None:
    """Return the statement and values that fill a ledger."""
    if not trips:
        return None
    return YEAR.read_text(encoding="utf-8"), {"trips": trips, "until": FIRST_RIDE_AT}


def size_of(database: Run) -> int:
    """Return the size of a database in bytes."""
    return int(database.asked("SELECT pg_database_size(current_database())"))


def widen(bootstrap: str, partitions: int) -> None:
    """Recreate the backfill topic with this many partitions."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.delete_topics([TOPIC])
    while TOPIC in admin.list_topics():
        pass
    admin.create_topics([NewTopic(TOPIC, partitions, 1)])
    admin.close()


def depth_name(trips: int) -> str:
    """Return the rival's name for a ledger's length."""
    return f"ledger of {trips:,}" if trips else "empty ledger"


def forgetting_name(trips: int) -> str:
    """Return the rival's name for forgetting."""
    return f"forgetting, {depth_name(trips)}"


def width_name(partitions: int) -> str:
    """Return the rival's name for a topic's width."""
    return f"stream, {partitions} partition{'s' * (partitions > 1)}"


def executors_name(number: str) -> str:
    """Return the rival's name for a number of executors."""
    return f"stream, {number} executor process{'es' * (number != 'one')}"


def bars(depths: Sequence[int]) -> list[Bar]:
    """The bars of growth."""
    empty, year = depth_name(0), depth_name(depths[-1])
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
            text=f"rate of inserting, {year}, to that of an empty one",
            of=(year, "rows_per_s"),
            to=(empty, "rows_per_s"),
            at_least=0.7,
        ),
        Bar(
            text=f"rate of forgetting to that of inserting, {depth_name(depths[-2])}",
            of=(forgetting_name(depths[-2]), "rows_per_s"),
            to=(depth_name(depths[-2]), "rows_per_s"),
            at_least=1,
        ),
        *(
            Bar(
                text=f"time per row, {width} partitions, to that of one",
                of=(width_name(width), "us_per_row"),
                to=(width_name(PARTITIONS[0]), "us_per_row"),
                at_most=1.2,
            )
            for width in PARTITIONS[1:]
        ),
        Bar(
            text="time per row from the second to the fifth million, to that in the first",
            of=(LONG, "last_us_per_row"),
            to=(LONG, "middle_us_per_row"),
            at_most=1.2,
        ),
        Bar(
            text="memory after five million rows to that after one million",
            of=(LONG, "stream_mb"),
            to=(LONG, "middle_mb"),
            at_most=1.2,
        ),
    ]
