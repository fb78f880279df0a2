"""Part 1: from an object in S3 to records that Kafka has confirmed."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bikeshare.topics import TRIPS
from local_stack.deployment import BUCKET
from local_stack.emulated_aws import ENVIRONMENT, EmulatedAws
from local_stack.services.broker import Broker
from tests.bench.child import sample_of_module
from tests.bench.machine import BENCH_PYTHON
from tests.bench.part import Bar, Part, Rival, Sample, Setting
from tests.bench.trip_files import source, write_gzip, write_gzip_of_many, write_rows
from tests.support.bucket import SilentAws

ROWS = 1_000_000
TIMES_AS_LONG = 10
CONFLUENT = "acks all, idempotent, lz4, linger 5 ms, batches of 1 MiB, 64 MiB of queue"
READ_BY_URLLIB = "reads by urllib through io.BufferedReader, 256 KiB at a time"
INFLATED_BY_ISAL = "inflates by ISA-L"


@contextmanager
def part(setting: Setting) -> Iterator[Part]:
    """Put the file into the emulator's bucket, plain and as gzip, beside a real broker."""
    rows = setting.size(ROWS, quick=50_000)
    told, lines = source(setting.home, seed=setting.seed)
    plain = write_rows(setting.home / "trips.csv", lines, rows)
    packed = write_gzip(setting.home / "trips.csv.gz", plain)
    long = write_gzip_of_many(setting.home / "long.csv.gz", lines, rows, TIMES_AS_LONG)
    with Broker(home=setting.home) as broker, SilentAws(home=setting.home) as aws:
        for path in (plain, packed, long):
            EmulatedAws(aws.endpoint).s3().upload_file(str(path), BUCKET, f"live/{path.name}")
        parties = Parties(aws.endpoint, broker, rows)
        yield Part(
            title="1. Publish: S3 to Kafka",
            question=(
                "The product's Lambda handler, in front of an S3 emulator over HTTP and a real "
                "broker. Only it validates, cleans and counts; the rivals pass lines on."
            ),
            input=f"{told}, repeated to {rows:,} rows ({plain.stat().st_size / 2**20:,.0f} MiB).",
            rivals=parties.rivals(plain, packed, long),
            bars=bars(),
            plotted="seconds",
            rounds=5,
            packages=(
                "kafka-python",
                "confluent-kafka",
                "boto3",
                "smart_open",
                "isal",
                "ministack",
            ),
        )


@dataclass(frozen=True)
class Parties:
    """The rivals, and where they find bucket and broker."""

    endpoint: str
    broker: Broker
    rows: int

    def rivals(self, plain: Path, packed: Path, long: Path) -> Sequence[Rival]:
        """List all of them; the slowest reads only the plain file, the long file is read twice."""
        return [
            self._product("product, plain", plain),
            self._confluent("confluent-kafka, 200 rows a record, plain", plain, 200),
            self._confluent("confluent-kafka, a row a record, plain", plain, 1),
            self._prototype("kafka-python, a row a record, plain", plain),
            self._floor("csv.reader, plain", plain),
            self._product("product, gzip", packed),
            self._confluent("confluent-kafka, a row a record, gzip", packed, 1),
            self._floor("csv.reader, gzip", packed),
            self._product("product, gzip, ten times the rows", long, times=TIMES_AS_LONG),
        ]

    def _product(self, name: str, path: Path, *, times: int = 1) -> Rival:
        def run() -> Sample:
            arguments = (BUCKET, f"live/{path.name}", str(times * self.rows))
            return self._sent("publish_product", arguments, env=self._environment())

        return Rival(
            name=name,
            settings=(
                "the function as deployed: lz4",
                *read_with("reads by smart_open, 256 KiB at a time", path),
            ),
            run=run,
            rounds=None if times == 1 else 2,
        )

    def _prototype(self, name: str, path: Path) -> Rival:
        def run() -> Sample:
            arguments = (self._url(path), TRIPS, str(self.rows))
            return self._sent("publish_kafka_python", arguments, env=self._environment())

        told = ("the prototype's way", "the product's producer settings, with crc32c and lz4")
        return Rival(name=name, settings=(*told, *read_with(READ_BY_URLLIB, path)), run=run)

    def _confluent(self, name: str, path: Path, rows_per_record: int) -> Rival:
        def run() -> Sample:
            counts = (str(rows_per_record), str(self.rows))
            arguments = (self._url(path), self.broker.bootstrap, TRIPS, *counts)
            return self._sent("publish_confluent", arguments, python=BENCH_PYTHON)

        return Rival(name=name, settings=(CONFLUENT, *read_with(READ_BY_URLLIB, path)), run=run)

    def _floor(self, name: str, path: Path) -> Rival:
        def run() -> Sample:
            return sample_of_module("tests.bench.rivals.read_csv", (str(path), str(self.rows)))

        told = read_with("reads from the disk by open, as text; sends nothing", path)
        return Rival(name=name, settings=told, run=run)

    def _sent(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        python: Path = Path(sys.executable),
        env: Mapping[str, str] | None = None,
    ) -> Sample:
        """Run a rival, and measure how much it adds to Kafka's log."""
        before = self._log_bytes()
        name = f"tests.bench.rivals.{module}"
        sample = sample_of_module(name, arguments, python=python, env=env)
        return {**sample, "kafka_mb": (self._log_bytes() - before) / 2**20}

    def _log_bytes(self) -> int:
        logs = self.broker.folder.glob(f"data/{TRIPS}-*/*.log")
        return sum(log.stat().st_size for log in logs)

    def _url(self, path: Path) -> str:
        return f"{self.endpoint}/{BUCKET}/live/{quote(path.name)}"

    def _environment(self) -> dict[str, str]:
        return {
            **ENVIRONMENT,
            "AWS_ENDPOINT_URL": self.endpoint,
            "KAFKA_BOOTSTRAP": self.broker.bootstrap,
            "KAFKA_SECURITY": "PLAINTEXT",
            # One invocation is measured, so nothing is handed on.
            "PART_LINES": str(2 * TIMES_AS_LONG * self.rows),
            "LIVE_QUEUE_URL": "none",
            "BACKFILL_QUEUE_URL": "none",
        }


def read_with(reader: str, path: Path) -> tuple[str, ...]:
    """Return what a rival reads a file with."""
    return (reader, INFLATED_BY_ISAL) if path.suffix == ".gz" else (reader,)


def bars() -> list[Bar]:
    """The bars of publishing."""
    product = ("product, plain", "seconds")
    return [
        Bar(
            text="times as fast as the prototype's way",
            of=("kafka-python, a row a record, plain", "seconds"),
            to=product,
            at_least=8,
        ),
        *(
            Bar(
                text=f"times as fast as confluent-kafka at a row a record, {form}",
                of=(f"confluent-kafka, a row a record, {form}", "seconds"),
                to=(f"product, {form}", "seconds"),
                at_least=1,
            )
            for form in ("plain", "gzip")
        ),
        *(
            Bar(
                text=f"time relative to csv.reader alone, {form}",
                of=(f"product, {form}", "seconds"),
                to=(f"csv.reader, {form}", "seconds"),
                at_most=2.5,
            )
            for form in ("plain", "gzip")
        ),
        Bar(text="peak memory, MiB", of=("product, plain", "peak_mb"), at_most=200),
        Bar(
            text="peak memory of ten times the rows relative to once",
            of=("product, gzip, ten times the rows", "peak_mb"),
            to=("product, gzip", "peak_mb"),
            at_least=0.9,
            at_most=1.1,
        ),
    ]
