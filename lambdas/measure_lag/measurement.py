"""One measurement: the content of each lane's log line, from which the metrics are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lambdas.measure_lag.checkpoints import AppliedBatch, Partition


@dataclass(frozen=True, kw_only=True)
class LaneLag:
    """How far behind one lane is; what is unknown is left out of the log, and so of the metrics."""

    lane: str
    records_behind: int
    batch_s: float | None
    slowest_drop_s: float | None
    stalled_s: float | None

    def told(self) -> dict[str, object]:
        """Return the fields of the log line."""
        fields: dict[str, object] = {"lane": self.lane, "records_behind": self.records_behind}
        known = {
            "batch_s": self.batch_s,
            "slowest_drop_s": self.slowest_drop_s,
            "stalled_s": self.stalled_s,
        }
        return fields | {name: value for name, value in known.items() if value is not None}


def records_behind(
    begins: Mapping[Partition, int],
    ends: Mapping[Partition, int],
    applied: Mapping[Partition, int],
) -> int:
    """
    Count the records in Kafka that are not applied yet.

    A partition that the stream has not read yet is behind from its first record; offsets that
    Kafka has deleted since can no longer be read and do not count.
    """
    return sum(
        max(end - max(applied.get(partition, 0), begins[partition]), 0)
        for partition, end in ends.items()
    )


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What the checkpoint shows: the newest applied batch, else when the query first began."""

    batch: AppliedBatch | None
    began_at: datetime | None

    def still_s(self, now: datetime) -> float | None:
        """Return the seconds since anything was applied, or None for a query that never began."""
        since = self.batch.ended_at if self.batch else self.began_at
        return max((now - since).total_seconds(), 0.0) if since else None


def lane_lag(
    lane: str,
    *,
    log: tuple[Mapping[Partition, int], Mapping[Partition, int]],
    progress: Progress,
    slowest_s: float | None,
    now: datetime,
) -> LaneLag:
    """
    Combine what Kafka, the checkpoint and the database know about a lane.

    A lane is stalled for as long as it has applied nothing while records wait.
    """
    begins, ends = log
    batch = progress.batch
    behind = records_behind(begins, ends, batch.next_offsets if batch else {})
    return LaneLag(
        lane=lane,
        records_behind=behind,
        batch_s=batch.seconds if batch else None,
        slowest_drop_s=slowest_s,
        stalled_s=progress.still_s(now) if behind else 0.0,
    )
