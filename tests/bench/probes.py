"""Probes: one-trip files dropped in the bucket and watched for in the API's answers."""

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

import psycopg2

from local_stack.deployment import BUCKET
from local_stack.emulated_aws import EmulatedAws
from local_stack.services.api import Api
from local_stack.services.aws import Aws
from local_stack.services.broker import Broker
from local_stack.services.migrations import migrate
from tests.bench.roomy_postgres import RoomyPostgres

HEADER = (
    "ride_id,rideable_type,started_at,ended_at,start_station_name,start_station_id,"
    "end_station_name,end_station_id,start_lat,start_lng,end_lat,end_lng,member_casual\n"
)
STATIONS = 24
# New York's peak: 12 dock events a second, two per trip.
TRIPS_PER_S = 6
WARMING_UP = 20
LOOK_EVERY_S = 0.02
LONGEST_WAIT_S = 60.0
FIRST_AT = datetime(2019, 7, 1, 12, tzinfo=UTC)
# When a function began with a file, when it had published it, and when its rows were applied.
Hops = tuple[float, float, float]
HOPS = """
    SELECT drop.key, attempt.started_at, attempt.finished_at, attempt.completed_at
    FROM attempt
    JOIN drop USING (drop_id)
"""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """All services but the one that reads Kafka."""

    postgres: RoomyPostgres
    broker: Broker
    aws: Aws
    api: Api

    @classmethod
    @contextmanager
    def running(cls, home: Path) -> Iterator["Surroundings"]:
        """Start them; on exit, stop them all."""
        with ExitStack() as stack:
            postgres = stack.enter_context(RoomyPostgres(home=home))
            migrate(postgres)
            broker = stack.enter_context(Broker(home=home))
            settings = {"KAFKA_BOOTSTRAP": broker.bootstrap, "KAFKA_SECURITY": "PLAINTEXT"}
            aws = stack.enter_context(Aws(home=home, function_settings=settings))
            api = stack.enter_context(Api(home=home, dsn=postgres.read_only_dsn))
            yield cls(postgres=postgres, broker=broker, aws=aws, api=api)


@dataclass
class Probes:
    """Drops `count` files at the rate of New York's peak, and records when each was seen."""

    around: Surroundings
    count: int
    put_at: dict[int, float] = field(default_factory=dict)
    seen_at: dict[int, float] = field(default_factory=dict)
    # Those that were not seen before the next probe of their station.
    overtaken: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Connect to the bucket."""
        self.s3 = EmulatedAws(self.around.aws.endpoint).s3()

    def warm_up(self) -> None:
        """Drop some files one by one that are not measured: all has just started."""
        for number in range(-WARMING_UP, 0):
            self._drop(number)
            self._look_until(partial(self.seen_at.__contains__, number))

    def run(self) -> dict[str, float]:
        """Drop the files, watch, and return the delays in milliseconds."""
        looking = threading.Thread(target=self._look_until, args=[self._all_seen])
        looking.start()
        began = time.monotonic()
        for number in range(self.count):
            time.sleep(max(0.0, began + number / TRIPS_PER_S - time.monotonic()))
            self._drop(number)
        looking.join()
        return self._delays()

    def _all_seen(self) -> bool:
        return len(self.seen_at) == WARMING_UP + self.count

    def _drop(self, number: int) -> None:
        ended = moment_of(number)
        started = ended - timedelta(minutes=5)
        station = f"probe-{number % STATIONS}"
        row = f"P{number},bike,{local(started)},{local(ended)},,,{station},{station},,,40.7,-74,x\n"
        self.put_at[number] = time.time()
        self.s3.put_object(Bucket=BUCKET, Key=f"live/{number}.csv", Body=(HEADER + row).encode())

    def _look_until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LONGEST_WAIT_S + self.count / TRIPS_PER_S
        while not done() and time.monotonic() < deadline:
            self._look()
            time.sleep(LOOK_EVERY_S)
        if not done():
            message = f"only {len(self.seen_at)} of {self.count} probes were ever seen"
            raise RuntimeError(message)

    def _look(self) -> None:
        url = f"{self.around.api.url}/api/v1/stations?bbox=-74.01,40.69,-73.99,40.71"
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - our own
            shown = json.load(answer)["stations"]
        self._note({one["station_id"]: one["last_reported"] for one in shown}, time.time())

    def _note(self, newest: Mapping[str, str | None], now: float) -> None:
        """Note which probes an answer shows, by the newest time of each station."""
        for number in self.put_at.keys() - self.seen_at.keys():
            reported = newest.get(f"probe-{number % STATIONS}")
            at = datetime.fromisoformat(reported) if reported else None
            if at and at >= moment_of(number):
                self.seen_at[number] = now
                if at > moment_of(number):
                    self.overtaken.add(number)

    def _delays(self) -> dict[str, float]:
        numbers = range(self.count)
        hops = self._hops()
        whole = sorted(self._seen_at(n, hops[n]) - self.put_at[n] for n in numbers)
        return {
            "p50_ms": 1000 * median(whole),
            "p99_ms": 1000 * whole[int(len(whole) * 0.99)],
            "to_function_ms": 1000 * median(hops[n][0] - self.put_at[n] for n in numbers),
            "publishing_ms": 1000 * median(hops[n][1] - hops[n][0] for n in numbers),
            "to_applied_ms": 1000 * median(hops[n][2] - hops[n][1] for n in numbers),
            "to_seen_ms": 1000 * median(self.seen_at[n] - hops[n][2] for n in numbers),
        }

    def _seen_at(self, number: int, hops: Hops) -> float:
        """
        Return when a probe was seen; one that was overtaken, at the earliest when it was applied.

        The next probe of its station hides whether it was there: it may have been stuck for long.
        """
        seen = self.seen_at[number]
        return max(seen, hops[-1]) if number in self.overtaken else seen

    def _hops(self) -> dict[int, Hops]:
        """Read when each probe passed the hops, once all are applied: also those overtaken."""
        deadline = time.monotonic() + LONGEST_WAIT_S
        while len(hops := self._hops_so_far()) < WARMING_UP + self.count:
            if time.monotonic() > deadline:
                message = f"only {len(hops)} of {WARMING_UP + self.count} probes were ever applied"
                raise RuntimeError(message)
            time.sleep(LOOK_EVERY_S)
        return hops

    def _hops_so_far(self) -> dict[int, Hops]:
        dsn = self.around.postgres.dsn
        with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
            cursor.execute(HOPS)
            rows = cursor.fetchall()
        return {
            int(key.removeprefix("live/").removesuffix(".csv")): tuple(
                at.timestamp() for at in moments
            )
            for key, *moments in rows
            if key and key.startswith("live/") and all(moments)
        }


def moment_of(number: int) -> datetime:
    """Return when a probe's trip ended: later for each one."""
    return FIRST_AT + timedelta(seconds=number)


def local(moment: datetime) -> str:
    """Write a time as New York's files do."""
    return (moment - timedelta(hours=4)).strftime("%Y-%m-%d %H:%M:%S")
