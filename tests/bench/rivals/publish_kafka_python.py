"""The prototype's way, with the product's own producer settings: `URL TOPIC ROWS`."""

import io
import os
import sys
import time
import urllib.request

from kafka import KafkaProducer

from lambdas.kafka import producer_settings
from lambdas.settings import PublisherSettings
from tests.bench.child import check_rows, report

READ_BYTES = 256 * 1024


def main(url: str, topic: str, rows: int) -> None:
    """Send every line as a record, and wait until the broker has them all."""
    settings = producer_settings(PublisherSettings.from_env(os.environ))
    began, sent, failures = time.perf_counter(), 0, list[Exception]()
    producer = KafkaProducer(**settings)
    with urllib.request.urlopen(url) as stream:  # noqa: S310 - the emulator
        lines = io.BufferedReader(stream, READ_BYTES)
        next(lines)
        for line in lines:
            producer.send(topic, line).add_errback(failures.append)
            sent += 1
    producer.flush()
    seconds = time.perf_counter() - began
    producer.close()
    if failures:
        sys.exit(f"{len(failures)} records were not taken, such as {failures[0]}")
    check_rows(sent, rows)
    report(seconds=seconds, rows_per_s=rows / seconds)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
