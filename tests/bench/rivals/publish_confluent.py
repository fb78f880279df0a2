"""confluent-kafka without any validation: `URL BOOTSTRAP TOPIC ROWS_PER_RECORD ROWS`."""

import io
import sys
import time
import urllib.request
from collections.abc import Iterator
from itertools import islice
from typing import Any

from confluent_kafka import KafkaError, Producer
from isal import igzip

from tests.bench.child import check_rows, report

SETTINGS = {
    "acks": "all",
    "enable.idempotence": True,
    "compression.type": "lz4",
    "linger.ms": 5,
    "batch.size": 1024 * 1024,
    "queue.buffering.max.messages": 1_000_000,
    "queue.buffering.max.kbytes": 64 * 1024,
    # Only a record that is lost costs a call back to Python; `flush` waits for all of them.
    "delivery.report.only.error": True,
}
READ_BYTES = 256 * 1024
# Makes room in the client's queue before it is full; more often is slower.
POLL_EVERY = 10_000


def main(url: str, bootstrap: str, topic: str, rows_per_record: int, rows: int) -> None:
    """Send lines, several per record, and wait until the broker has them all."""
    failures: list[KafkaError] = []

    def failed(error: KafkaError, _message: Any) -> None:
        failures.append(error)

    began, records, value = time.perf_counter(), 0, b""
    producer = Producer({"bootstrap.servers": bootstrap, **SETTINGS})
    with urllib.request.urlopen(url) as stream:  # noqa: S310 - the emulator
        unpacked = igzip.IGzipFile(fileobj=stream) if url.endswith(".gz") else stream
        lines = io.BufferedReader(unpacked, READ_BYTES)
        next(lines)
        for records, value in enumerate(values_of(lines, rows_per_record), 1):
            while True:
                try:
                    producer.produce(topic, value, on_delivery=failed)
                    break
                except BufferError:
                    producer.poll(0.1)
            if not records % POLL_EVERY:
                producer.poll(0)
    producer.flush()
    seconds = time.perf_counter() - began
    if failures:
        sys.exit(f"{len(failures)} records were not taken, such as {failures[0]}")
    # All records are full but the last.
    check_rows(max(records - 1, 0) * rows_per_record + len(value.splitlines()), rows)
    report(seconds=seconds, rows_per_s=rows / seconds)


def values_of(lines: Iterator[bytes], rows_per_record: int) -> Iterator[bytes]:
    """Join lines; a line that is a record of its own is passed on as it is."""
    if rows_per_record == 1:
        return lines
    return iter(lambda: b"".join(islice(lines, rows_per_record)), b"")


if __name__ == "__main__":
    main(*sys.argv[1:4], *map(int, sys.argv[4:]))
