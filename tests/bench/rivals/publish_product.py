"""The product's own function, called as Lambda calls it: `BUCKET KEY ROWS`."""

import json
import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import boto3
from kafka import KafkaConsumer

from bikeshare.drops import Drop
from bikeshare.topics import DROPS
from lambdas.kafka import client_settings
from lambdas.notifications import Landed, notification
from lambdas.publish_trips.handler import handler, landing
from lambdas.settings import PublisherSettings
from tests.bench.child import check_rows, report
from tests.support.decoding import decode_summary

SUMMARY_WITHIN_MS = 30_000


@dataclass(frozen=True)
class Context:
    """What Lambda tells the function about a request."""

    aws_request_id: str


def main(bucket: str, key: str, rows: int) -> None:
    """Publish one drop and check that all of it was published."""
    head = boto3.client("s3").head_object(Bucket=bucket, Key=key)
    drop = Drop(
        key=key,
        version_id=head["VersionId"],
        etag=head["ETag"],
        size_bytes=head["ContentLength"],
        received_at=datetime.now(UTC),
    )
    body = notification(Landed(bucket=bucket, drop=drop))
    event = {"Records": [{"messageId": "1", "body": body, "eventSource": "aws:sqs"}]}
    landing()
    context, began = Context(f"bench-{time.time_ns()}"), time.perf_counter()
    answer = handler(event, context)
    seconds = time.perf_counter() - began
    if answer["batchItemFailures"]:
        sys.exit(f"the drop was not published: {json.dumps(answer)}")
    # Before the check, whose own time and memory are not the function's.
    report(seconds=seconds, rows_per_s=rows / seconds)
    check_rows(rows_published(context.aws_request_id), rows)


def rows_published(attempt_id: str) -> int:
    """Return what the attempt's summary says, which is in Kafka only if all of its rows are."""
    settings = client_settings(PublisherSettings.from_env(os.environ))
    consumer = KafkaConsumer(
        DROPS,
        auto_offset_reset="earliest",
        consumer_timeout_ms=SUMMARY_WITHIN_MS,
        **settings,
    )
    try:
        summaries = (decode_summary(record.value) for record in consumer)
        return next((one.rows_published for one in summaries if one.attempt_id == attempt_id), 0)
    finally:
        consumer.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
