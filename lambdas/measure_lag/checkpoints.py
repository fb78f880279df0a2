"""
How far the stream has read, from the checkpoint that Spark keeps in S3.

Spark does not commit the offsets it has applied to Kafka, so Kafka's own measures of lag do not
know them. The checkpoint is right on any engine that runs the job: `offsets/N` is written when
batch N begins, `commits/N` when it has been applied.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Partition = tuple[str, int]

MS_PER_S: Final = 1000


@dataclass(frozen=True, kw_only=True)
class AppliedBatch:
    """The newest batch that a lane has applied: up to where, and how long it took."""

    next_offsets: Mapping[Partition, int]
    began_at: datetime
    ended_at: datetime

    @property
    def seconds(self) -> float:
        """The seconds from requesting its first record to applying its last row."""
        return max((self.ended_at - self.began_at).total_seconds(), 0.0)


@dataclass(frozen=True, kw_only=True)
class Checkpoints:
    """The checkpoints of all lanes, a folder each."""

    client: "S3Client"
    bucket: str
    prefix: str

    def newest(self, lane: str) -> AppliedBatch | None:
        """Return the lane's newest applied batch, or None before the first."""
        commits = self._commits(lane)
        if not commits:
            return None
        number = max(commits)
        key = f"{self.prefix}/{lane}/offsets/{number}"
        written = self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read().decode()
        return _batch(written, ended_at=commits[number])

    def began_at(self, lane: str) -> datetime | None:
        """Return when the lane's query began for the first time, or None if it never did."""
        found = self.client.list_objects_v2(
            Bucket=self.bucket, Prefix=f"{self.prefix}/{lane}/metadata"
        )
        return next((each["LastModified"] for each in found.get("Contents", [])), None)

    def _commits(self, lane: str) -> dict[int, datetime]:
        """Return when each batch was applied, by number; Spark keeps about a hundred."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}/{lane}/commits/"
        )
        return {
            int(name): each["LastModified"]
            for page in pages
            for each in page.get("Contents", [])
            if (name := each["Key"].rpartition("/")[2]).isdecimal()
        }


def _batch(written: str, *, ended_at: datetime) -> AppliedBatch:
    """Read an offsets file: its version, the batch's time and settings, and one line per source."""
    _version, about, *sources = written.splitlines()
    began_ms = json.loads(about)["batchTimestampMs"]
    return AppliedBatch(
        next_offsets={
            (topic, int(partition)): offset
            for source in sources
            for topic, partitions in json.loads(source).items()
            for partition, offset in partitions.items()
        },
        began_at=datetime.fromtimestamp(began_ms / MS_PER_S, UTC),
        ended_at=ended_at,
    )
