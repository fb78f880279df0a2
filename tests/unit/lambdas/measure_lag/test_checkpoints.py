import io
from datetime import UTC, datetime
from typing import Any

from lambdas.measure_lag.checkpoints import Checkpoints

# As Spark 3.5.6 wrote it for a query that reads three topics, with the settings shortened.
OFFSETS = """v1
{"batchWatermarkMs":0,"batchTimestampMs":1561982400000,"conf":{"spark.sql.shuffle.partitions":"2"}}
{"drops":{"0":2},"stations":{"0":7},"trips":{"1":40,"0":38}}"""
NOON = datetime(2019, 7, 1, 12, tzinfo=UTC)


class Files:
    """The part of S3 that is used: two pages of a listing, and one object."""

    def __init__(self, commits: dict[str, datetime], offsets: dict[str, str]) -> None:
        self.commits = commits
        self.offsets = offsets

    def get_paginator(self, _operation: str) -> "Files":
        """Return itself: it is its own paginator."""
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:  # noqa: N803 - boto3's
        """Return a page for each object, and an empty one."""
        assert (Bucket, Prefix) == ("files", "checkpoints/live/commits/")
        pages = [
            {"Contents": [{"Key": f"{Prefix}{name}", "LastModified": when}]}
            for name, when in self.commits.items()
        ]
        return [*pages, {}]

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        """Return an object."""
        assert Bucket == "files"
        return {"Body": io.BytesIO(self.offsets[Key].encode())}


def newest(commits: dict[str, datetime], **offsets: str) -> Any:
    """Return the newest batch of the live lane."""
    keys = {f"checkpoints/live/offsets/{n.strip('_')}": text for n, text in offsets.items()}
    files: Any = Files(commits, keys)
    return Checkpoints(client=files, bucket="files", prefix="checkpoints").newest("live")


class TestCheckpoints:
    def test_the_newest_applied_batch_tells_how_far_the_stream_is(self) -> None:
        """Ten comes after nine, and what is not a number is not a batch."""
        later = NOON.replace(second=2)
        batch = newest({"9": NOON, "10": later, ".10.tmp": later}, _10=OFFSETS)
        assert batch.next_offsets == {
            ("drops", 0): 2,
            ("stations", 0): 7,
            ("trips", 0): 38,
            ("trips", 1): 40,
        }
        assert batch.seconds == 2

    def test_there_is_none_before_the_first(self) -> None:
        """A new stage, or a deleted checkpoint, is behind by all that Kafka keeps."""
        assert newest({}) is None

    def test_s3s_coarse_clock_makes_no_batch_shorter_than_nothing(self) -> None:
        """S3 reports whole seconds, rounded down."""
        assert newest({"0": NOON.replace(year=2018)}, _0=OFFSETS).seconds == 0
