"""
What a deployment needs beyond one city, from what was measured here and AWS's list prices.

`python -m tests.bench.sizing` reads the kept results of the parts `publish`, `api` and `growth`
and writes docs/sizing.md. It is arithmetic: the page states its assumptions.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import median

from cdk_app.costs import prices
from tests.bench.parts.api import IN_SMALL
from tests.bench.parts.growth import LEDGERS, depth_name
from tests.bench.result import kept
from tests.bench.tables import figure, table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "sizing.md"
TEMPLATE = Path(__file__).parent / "sizing.md"

SECONDS_A_YEAR = 365 * 86_400
# New York: 45 million trips a year are 1.4 a second, and 6 at its peak.
PEAK_TO_MEAN = 4.2
# Nothing is planned to be busier or fuller than this at the peak: the rest is for catching up.
PLANNED_SHARE = 0.5
# MSK recommends no more than this per second and partition.
PARTITION_BYTES_S = 1_000_000
# What inserts touch must fit in memory: assumed to be this share of a year's bytes of any kind.
HOT_SHARE = 0.25
# API requests per trip: the map, a search, and the polls of an open map.
QUESTIONS_A_TRIP = 10
FUNCTION_GIB = 0.5
# AWS's default quota of concurrent invocations per account and region.
FUNCTIONS_AT_A_TIME = 1_000
SHORTEST_BILLED_S = 0.001
DATABASE_MEMORY_GIB = {
    "db.t4g.medium": 4,
    "db.t4g.large": 8,
    "db.r7g.large": 16,
    "db.r7g.xlarge": 32,
}
PARTS = ("publish", "api", "growth")
GIB = 2**30
MIB = 2**20


@dataclass(frozen=True, kw_only=True)
class Load:
    """The load to carry."""

    name: str
    systems: int
    trips_a_year: int

    @property
    def peak_rows_s(self) -> float:
        """Return the trips per second at the busiest time."""
        return self.trips_a_year / SECONDS_A_YEAR * PEAK_TO_MEAN


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a row costs, in seconds of one core and in bytes, and what measured it where."""

    machines: str
    publish_s: float
    kafka_bytes: float
    stream_s: float
    answer_s: float
    bytes_per_trip: float


@dataclass(frozen=True, kw_only=True)
class Need:
    """
    What a load needs, and what limits it first.

    `shares` are of one of each (of the class chosen); 1 is all that is planned to be used.
    """

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
        """Name what is nearest to its limit, given one of each."""
        return max(self.shares, key=lambda name: self.shares[name])


LOADS = (
    Load(name="one city of New York's size", systems=1, trips_a_year=45_000_000),
    Load(name="a hundred systems", systems=100, trips_a_year=400_000_000),
    Load(name="every GBFS system", systems=1_500, trips_a_year=1_500_000_000),
)
WRITER = "the one writer of a database"
MEMORY = "memory of a database"
MOVES = {
    WRITER: (
        "a database per group of systems: systems share no station and no bike, so that each "
        "database's state is its own"
    ),
    MEMORY: "a larger class, then a shard; or a shorter horizon",
    "publishing": "more functions at once: files share nothing",
    "Kafka": "more partitions: the rules need no order",
    "answers": (
        "the edge in front of API Gateway: everybody asks for the same bytes, which may be a "
        "second old"
    ),
}


def measured() -> Measured:
    """Read the costs from the kept results."""
    results = {result.name: result for result in kept()}
    if missing := [part for part in PARTS if part not in results]:
        sys.exit(f'measure first: make bench PARTS="{" ".join(missing)}"')

    def measured_of(part: str, rival: str, name: str) -> float:
        return median(sample[name] for sample in results[part].samples[rival])

    year = depth_name(LEDGERS[-1])
    rows = int(results["publish"].input.split(" rows")[0].split()[-1].replace(",", ""))
    return Measured(
        machines=machines({part: results[part].watched["machine"] for part in PARTS}),
        publish_s=measured_of("publish", "product, plain", "seconds") / rows,
        kafka_bytes=measured_of("publish", "product, plain", "kafka_mb") * MIB / rows,
        stream_s=measured_of("growth", year, "us_per_row") / 1e6,
        answer_s=measured_of("api", IN_SMALL, "nearby_p50_ms") / 1000,
        bytes_per_trip=measured_of("growth", year, "bytes_per_trip"),
    )


def machines(of_parts: Mapping[str, Mapping[str, object]]) -> str:
    """Say which parts were measured on which processor."""
    parts: dict[object, list[str]] = {}
    for part, machine in of_parts.items():
        parts.setdefault(machine["processor"], []).append(f"`{part}`")
    return ", ".join(f"{' and '.join(names)} on {where}" for where, names in parts.items())


def need(load: Load, cost: Measured) -> Need:
    """Provision as many of each as keep the load under the planned share."""
    peak = load.peak_rows_s / PLANNED_SHARE
    memory = load.trips_a_year * cost.bytes_per_trip * HOT_SHARE / GIB / PLANNED_SHARE
    largest = max(DATABASE_MEMORY_GIB.values())
    shards = max(ceil(peak * cost.stream_s), ceil(memory / largest))
    database = next(
        name for name, gib in DATABASE_MEMORY_GIB.items() if gib >= min(largest, memory / shards)
    )
    shares = {
        WRITER: peak * cost.stream_s,
        MEMORY: memory / DATABASE_MEMORY_GIB[database],
        "publishing": peak * cost.publish_s,
        "Kafka": peak * cost.kafka_bytes / PARTITION_BYTES_S,
        "answers": peak * QUESTIONS_A_TRIP * cost.answer_s / FUNCTIONS_AT_A_TIME,
    }
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
    """Price a month's requests to API Gateway and its function, if no cache takes any of them."""
    billed_s = max(SHORTEST_BILLED_S, cost.answer_s)
    function = prices.LAMBDA_REQUEST + billed_s * FUNCTION_GIB * prices.LAMBDA_GIB_S
    questions = load.trips_a_year / 12 * QUESTIONS_A_TRIP
    return questions * (prices.GATEWAY_REQUEST + function)


def page(cost: Measured) -> str:
    """Render the page."""
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
        machines=cost.machines,
        ledger=LEDGERS[-1],
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
    """Return one system's share of a load."""
    return Load(name=load.name, systems=1, trips_a_year=load.trips_a_year // load.systems)


def shares_table(needs: Sequence[Need]) -> str:
    """Show how much of one of each a load takes, in percent."""
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
