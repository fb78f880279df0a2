"""
What a deployment needs past one city, from what was measured here and AWS's list prices.

`python -m tests.bench.sizing` reads the kept results of the parts `publish`, `stream`, `api` and
`growth` and writes docs/sizing.md. It is arithmetic: the page says what it assumes.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import median

from cdk_app.costs import prices
from tests.bench.parts.api import IN_SMALL
from tests.bench.parts.growth import LONG
from tests.bench.parts.stream import PRODUCT
from tests.bench.result import kept
from tests.bench.tables import figure, table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "sizing.md"
TEMPLATE = Path(__file__).parent / "sizing.md"

SECONDS_A_YEAR = 365 * 86_400
# New York: 45 million trips a year are 1.4 a second, and 6 at its peak.
PEAK_TO_MEAN = 4.2
# Nothing is planned to be busier than this at the peak: what is left is for catching up.
PLANNED_SHARE = 0.5
# MSK asks for no more than this a second and partition.
PARTITION_BYTES_S = 1_000_000
# Indexes that inserts touch have to be in memory: those of about this share of a year's rows.
HOT_SHARE = 0.25
# How often the API is asked for each trip: the map, a search, and what an open map asks again.
QUESTIONS_A_TRIP = 10
FUNCTION_GIB = 0.5
# AWS lets an account run so many functions at a time in a region, unless asked for more.
FUNCTIONS_AT_A_TIME = 1_000
SHORTEST_BILLED_S = 0.001
DATABASE_MEMORY_GIB = {
    "db.t4g.medium": 4,
    "db.t4g.large": 8,
    "db.r7g.large": 16,
    "db.r7g.xlarge": 32,
}
GIB = 2**30
MIB = 2**20


@dataclass(frozen=True, kw_only=True)
class Load:
    """How much there is to carry."""

    name: str
    systems: int
    trips_a_year: int

    @property
    def peak_rows_s(self) -> float:
        """Trips a second at the busiest time."""
        return self.trips_a_year / SECONDS_A_YEAR * PEAK_TO_MEAN


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a row costs, in seconds of one core and in bytes."""

    publish_s: float
    kafka_bytes: float
    stream_s: float
    answer_s: float
    bytes_per_trip: float


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a load needs, and what is in its way first."""

    load: Load
    partitions: int
    shards: int
    workers: int
    database: str
    storage_gib: int
    dollars: float
    dollars_for_answers: float
    shares: Mapping[str, float]

    @property
    def bottleneck(self) -> str:
        """Name what is nearest to its limit, one of everything given."""
        return max(self.shares, key=lambda name: self.shares[name])


LOADS = (
    Load(name="one city of New York's size", systems=1, trips_a_year=45_000_000),
    Load(name="a hundred systems", systems=100, trips_a_year=400_000_000),
    Load(name="every GBFS system", systems=1_500, trips_a_year=1_500_000_000),
)
MOVES = {
    "the one writer of a database": (
        "a database per group of systems: systems share no station and no bike, so that each "
        "database's state is its own"
    ),
    "memory for the ledger's indexes": "a larger class, then a shard; or a shorter horizon",
    "publishing": "more functions at once: files share nothing",
    "Kafka": "more partitions: the rules need no order",
    "answers": (
        "the edge in front of API Gateway: everybody asks for the same bytes, which may be a "
        "second old"
    ),
}


def measured() -> Measured:
    """Read what the kept results say."""
    results = {result.name: result for result in kept()}
    if missing := {"publish", "stream", "api", "growth"} - results.keys():
        sys.exit(f'measure first: make bench PARTS="{" ".join(sorted(missing))}"')

    def measured_of(part: str, rival: str, name: str) -> float:
        return median(sample[name] for sample in results[part].samples[rival])

    rows = int(results["publish"].input.split(" rows")[0].split()[-1].replace(",", ""))
    return Measured(
        publish_s=measured_of("publish", "product, plain", "seconds") / rows,
        kafka_bytes=measured_of("publish", "product, plain", "kafka_mb") * MIB / rows,
        stream_s=1 / measured_of("stream", PRODUCT, "rows_per_s"),
        answer_s=measured_of("api", IN_SMALL, "nearby_p50_ms") / 1000,
        bytes_per_trip=measured_of("growth", LONG, "bytes_per_trip"),
    )


def need(load: Load, cost: Measured) -> Need:
    """Give a load as many of each as keep it under the planned share."""
    hot_gib = load.trips_a_year * cost.bytes_per_trip * HOT_SHARE / GIB
    largest = max(DATABASE_MEMORY_GIB.values())
    shares = {
        "the one writer of a database": load.peak_rows_s * cost.stream_s / PLANNED_SHARE,
        "memory for the ledger's indexes": hot_gib / largest,
        "publishing": load.peak_rows_s * cost.publish_s / PLANNED_SHARE,
        "Kafka": load.peak_rows_s * cost.kafka_bytes / PARTITION_BYTES_S,
        "answers": load.peak_rows_s * QUESTIONS_A_TRIP * cost.answer_s / FUNCTIONS_AT_A_TIME,
    }
    writers = ceil(shares["the one writer of a database"])
    shards = max(writers, ceil(shares["memory for the ledger's indexes"]))
    database = next(
        name for name, gib in DATABASE_MEMORY_GIB.items() if gib >= min(largest, hot_gib / shards)
    )
    storage = ceil(load.trips_a_year * cost.bytes_per_trip * 1.5 / GIB)
    partitions = max(4, 2 * shards, ceil(shares["Kafka"]))
    workers = 1 + shards
    return Need(
        load=load,
        partitions=partitions,
        shards=shards,
        workers=workers,
        database=database,
        storage_gib=storage,
        dollars=dollars(partitions, shards, workers, database, storage),
        dollars_for_answers=dollars_for_answers(load, cost),
        shares=shares,
    )


def dollars(partitions: int, shards: int, workers: int, database: str, storage_gib: int) -> float:
    """Price a month: Kafka, workers of a quarter DPU, databases in two zones, storage."""
    kafka = prices.KAFKA_SERVERLESS_HOUR + partitions * prices.KAFKA_SERVERLESS_PARTITION_HOUR
    workers_hour = workers * prices.DPUS["G.025X"] * prices.GLUE_DPU_HOUR
    databases = 2 * shards * prices.DATABASE_HOUR[database]
    storage = 2 * storage_gib * prices.DATABASE_STORAGE_GB_MONTH
    return (kafka + workers_hour + databases) * prices.HOURS + storage


def dollars_for_answers(load: Load, cost: Measured) -> float:
    """Price a month's questions at API Gateway and its function, if no cache takes any of them."""
    billed_s = max(SHORTEST_BILLED_S, cost.answer_s)
    function = prices.LAMBDA_REQUEST + billed_s * FUNCTION_GIB * prices.LAMBDA_GIB_S
    questions = load.trips_a_year / 12 * QUESTIONS_A_TRIP
    return questions * (prices.GATEWAY_REQUEST + function)


def page(cost: Measured) -> str:
    """Write the page."""
    needs = [need(load, cost) for load in LOADS]
    alone = LOADS[1].systems * need(one_of(LOADS[1]), cost).dollars
    header = (
        "| load | trips a year | peak rows/s | Kafka partitions | databases | class | storage GiB "
        "| workers | dollars a month | for answers | first bottleneck |\n"
        "| --- | --: | --: | --: | --: | --- | --: | --: | --: | --: | --- |\n"
    )
    loads = header + "\n".join(_row(one) for one in needs)
    moves = "\n".join(f"| {what} | {move} |" for what, move in MOVES.items())
    return TEMPLATE.read_text(encoding="utf-8").format(
        publish_us=1e6 * cost.publish_s,
        stream_us=1e6 * cost.stream_s,
        answer_ms=1e3 * cost.answer_s,
        questions=QUESTIONS_A_TRIP,
        bytes_per_trip=cost.bytes_per_trip,
        planned=100 * PLANNED_SHARE,
        peak=PEAK_TO_MEAN,
        hot=100 * HOT_SHARE,
        region=prices.REGION,
        as_of=prices.AS_OF,
        loads=loads,
        shares=shares_table(needs),
        alone=alone,
        moves=f"| bottleneck | what moves it |\n| --- | --- |\n{moves}",
    )


def one_of(load: Load) -> Load:
    """Take one system of a load by itself."""
    return Load(name=load.name, systems=1, trips_a_year=load.trips_a_year // load.systems)


def shares_table(needs: Sequence[Need]) -> str:
    """Show for each load how much of one of everything it takes, in percent."""
    names = list(needs[0].shares)
    rows = [[one.load.name, *(figure(100 * one.shares[name]) for name in names)] for one in needs]
    return table(["percent of one", *names], rows)


def _row(one: Need) -> str:
    share = one.shares[one.bottleneck]
    cells = (
        one.load.name,
        f"{one.load.trips_a_year:,}",
        f"{one.load.peak_rows_s:,.0f}",
        one.partitions,
        one.shards,
        one.database,
        f"{one.storage_gib:,}",
        one.workers,
        f"{one.dollars:,.0f}",
        f"{one.dollars_for_answers:,.0f}",
        f"{one.bottleneck} ({100 * share:,.0f} % of one)",
    )
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    PAGE.write_text(page(measured()), encoding="utf-8")
