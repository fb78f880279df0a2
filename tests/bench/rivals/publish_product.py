"""The product's own function, called as Lambda calls it: `BUCKET KEY ROWS`."""

import json
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import boto3

from bikeshare.drops import Drop
from lambdas.notifications import Landed, notification
from lambdas.publish_trips.handler import handler, landing
from tests.bench.child import report


@dataclass(frozen=True)
class Context:
    """What Lambda tells of a request."""

    aws_request_id: str


def main(bucket: str, key: str, rows: int) -> None:
    """Publish one drop and see that all of it was."""
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
    began = time.perf_counter()
    answer = handler(event, Context(f"bench-{time.time_ns()}"))
    seconds = time.perf_counter() - began
    if answer["batchItemFailures"]:
        sys.exit(f"the drop was not published: {json.dumps(answer)}")
    report(seconds=seconds, rows_per_s=rows / seconds)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
