"""What the last sweeps saw and did, kept in the bucket, since functions are stateless."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from bikeshare.drops import Lane
from lambdas.drop_listing import Place

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MEMORY_KEY: Final = "sweeps/memory.json"


@dataclass(frozen=True, kw_only=True)
class Memory:
    """An unfinished drop's state, since when it has stood still, and how often it was queued."""

    state: str
    rows_seen: int
    since: datetime
    times_queued: int = 0


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """The memory of every unfinished drop, and where in the bucket the next sweep continues."""

    drops: Mapping[str, Memory] = field(default_factory=dict)
    place: Place | None = None


@dataclass(frozen=True, kw_only=True)
class Memories:
    """What is remembered, as one object in the bucket."""

    client: "S3Client"
    bucket: str

    def read(self) -> Remembered:
        """Return what is remembered: nothing at first, or if another version wrote it."""
        try:
            found = self.client.get_object(Bucket=self.bucket, Key=MEMORY_KEY)
        except self.client.exceptions.NoSuchKey:
            return Remembered()
        try:
            written = json.loads(found["Body"].read())
            drops = {drop_id: _memory(**fields) for drop_id, fields in written["drops"].items()}
            return Remembered(drops=drops, place=_place(written["place"]))
        except (ValueError, TypeError, KeyError, AttributeError):
            return Remembered()

    def write(self, remembered: Remembered) -> None:
        """Replace what is remembered."""
        drops = {
            drop_id: {**asdict(memory), "since": memory.since.isoformat()}
            for drop_id, memory in remembered.drops.items()
        }
        place = asdict(remembered.place) if remembered.place else None
        body = json.dumps({"drops": drops, "place": place}).encode()
        self.client.put_object(Bucket=self.bucket, Key=MEMORY_KEY, Body=body)


def _memory(*, since: str, **fields: Any) -> Memory:  # noqa: ANN401 - JSON
    return Memory(since=datetime.fromisoformat(since).astimezone(UTC), **fields)


def _place(written: dict[str, Any] | None) -> Place | None:
    return Place(**written | {"lane": Lane(written["lane"])}) if written else None
