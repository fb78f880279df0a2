"""The prototype's way, with the product's own producer settings: `URL TOPIC`."""

import os
import sys
import time
import urllib.request

from kafka import KafkaProducer

from lambdas.kafka import producer_settings
from lambdas.settings import PublisherSettings
from tests.bench.child import report


def main(url: str, topic: str) -> None:
    """Send every line as a record, and wait until the broker has them all."""
    settings = producer_settings(PublisherSettings.from_env(os.environ))
    began, rows, failures = time.perf_counter(), 0, list[Exception]()
    producer = KafkaProducer(**settings)
    with urllib.request.urlopen(url) as lines:  # noqa: S310 - the emulator
        next(lines)
        for line in lines:
            producer.send(topic, line.rstrip(b"\r\n")).add_errback(failures.append)
            rows += 1
    producer.flush()
    seconds = time.perf_counter() - began
    producer.close()
    if failures:
        sys.exit(f"{len(failures)} records were not taken, such as {failures[0]}")
    report(seconds=seconds, rows_per_s=rows / seconds)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
