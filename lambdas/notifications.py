"""What S3 says about objects that landed, through SQS: read, and written again on S3's behalf."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from bikeshare.drops import Drop, real_version


@dataclass(frozen=True, kw_only=True)
class Landed:
    """One object that landed, and the bucket it is in."""

    bucket: str
    drop: Drop


def landed_objects(body: str) -> Iterator[Landed]:
    """Yield the objects that a message announces; S3's own test message announces none."""
    message = json.loads(body)
    for record in message.get("Records", []):
        if record.get("eventName", "").startswith(("ObjectCreated", "s3:ObjectCreated")):
            yield _landed(record)


def _landed(record: Mapping[str, Any]) -> Landed:
    described = record["s3"]["object"]
    return Landed(
        bucket=record["s3"]["bucket"]["name"],
        drop=Drop(
            # S3 encodes keys as HTML forms do: a space is a plus, a plus is %2B.
            key=unquote_plus(described["key"]),
            version_id=real_version(described.get("versionId")),
            etag=str(described.get("eTag", "")).strip('"'),
            size_bytes=int(described.get("size", 0)),
            received_at=datetime.fromisoformat(record["eventTime"]).astimezone(UTC),
        ),
    )


def notification(landed: Landed) -> str:
    """Write the part of S3's message that tells which object landed."""
    drop = landed.drop
    described = {
        "key": quote_plus(drop.key),
        "size": drop.size_bytes,
        "eTag": drop.etag.strip('"'),
        "versionId": drop.version_id,
    }
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventTime": drop.received_at.isoformat(),
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": landed.bucket}, "object": described},
    }
    return json.dumps({"Records": [record]})
