"""confluent-kafka without any validation: `URL BOOTSTRAP TOPIC ROWS_PER_RECORD`."""

import gzip
import itertools
import sys
import time
import urllib.request
from typing import Any

from confluent_kafka import KafkaError, Producer

from tests.bench.child import report

SETTINGS = {
    "acks": "all",
    "enable.idempotence": True,
    "compression.type": "lz4",
    "linger.ms": 5,
    "batch.size": 1024 * 1024,
    "queue.buffering.max.messages": 1_000_000,
    "queue.buffering.max.kbytes": 64 * 1024,
}


def main(url: str, bootstrap: str, topic: str, rows_per_record: int) -> None:
    """Send lines, so many a record, and wait until the broker has them all."""
    failures: list[KafkaError] = []

    def delivered(error: KafkaError | None, _message: Any) -> None:
        if error is not None:
            failures.append(error)

    began, rows = time.perf_counter(), 0
    producer = Producer({"bootstrap.servers": bootstrap, **SETTINGS})
    with urllib.request.urlopen(url) as stream:  # noqa: S310 - the emulator
        lines = gzip.GzipFile(fileobj=stream) if url.endswith(".gz") else stream
        next(lines)
        while chunk := list(itertools.islice(lines, rows_per_record)):
            send(producer, topic, b"".join(chunk).rstrip(b"\r\n"), delivered)
            rows += len(chunk)
    producer.flush()
    seconds = time.perf_counter() - began
    if failures:
        sys.exit(f"{len(failures)} records were not taken, such as {failures[0]}")
    report(seconds=seconds, rows_per_s=rows / seconds)


def send(producer: Producer, topic: str, value: bytes, delivered: Any) -> None:
    """Send one record, waiting for room where the client's queue is full."""
    while True:
        try:
            producer.produce(topic, value, on_delivery=delivered)
        except BufferError:
            producer.poll(0.1)
            continue
        producer.poll(0)
        return


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
