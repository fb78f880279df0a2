"""What the last sweeps saw and did, kept in the bucket: a function remembers nothing by itself."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MEMORY_KEY: Final = "sweeps/memory.json"


@dataclass(frozen=True, kw_only=True)
class Memory:
    """How one unfinished drop stood, since when nothing has moved, and how often it was queued."""

    state: str
    rows_seen: int
    since: datetime
    times_queued: int = 0


@dataclass(frozen=True, kw_only=True)
class Memories:
    """The memory of every unfinished drop, as one object in the bucket."""

    client: "S3Client"
    bucket: str

    def read(self) -> dict[str, Memory]:
        """Remember; where nothing is written yet, or by a version that wrote otherwise, nothing."""
        try:
            found = self.client.get_object(Bucket=self.bucket, Key=MEMORY_KEY)
        except self.client.exceptions.NoSuchKey:
            return {}
        try:
            written: dict[str, dict[str, Any]] = json.loads(found["Body"].read())
            return {drop_id: _memory(**fields) for drop_id, fields in written.items()}
        except (ValueError, TypeError):
            return {}

    def write(self, memories: dict[str, Memory]) -> None:
        """Replace what is remembered."""
        written = {
            drop_id: {**asdict(memory), "since": memory.since.isoformat()}
            for drop_id, memory in memories.items()
        }
        body = json.dumps(written).encode()
        self.client.put_object(Bucket=self.bucket, Key=MEMORY_KEY, Body=body)


def _memory(*, since: str, **fields: Any) -> Memory:  # noqa: ANN401 - JSON
    return Memory(since=datetime.fromisoformat(since).astimezone(UTC), **fields)
