"""One measurement: what each lane's line in the log says, from which the metrics are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bikeshare.topics import DROPS, STATIONS, TRIPS, TRIPS_BACKFILL
from lambdas.measure_lag.checkpoints import AppliedBatch, Partition

# The topics that each of the stream's queries reads.
TOPICS: Final = {"live": (TRIPS, STATIONS, DROPS), "backfill": (TRIPS_BACKFILL,)}


@dataclass(frozen=True, kw_only=True)
class LaneLag:
    """How one lane stands; what is not known is left out of the log, and so makes no metric."""

    lane: str
    records_behind: int
    batch_s: float | None
    slowest_drop_s: float | None

    def told(self) -> dict[str, object]:
        """Give the fields of the log line."""
        fields: dict[str, object] = {"lane": self.lane, "records_behind": self.records_behind}
        known = {"batch_s": self.batch_s, "slowest_drop_s": self.slowest_drop_s}
        return fields | {name: value for name, value in known.items() if value is not None}


def records_behind(
    begins: Mapping[Partition, int],
    ends: Mapping[Partition, int],
    applied: Mapping[Partition, int],
) -> int:
    """
    Count the records in Kafka that are not applied yet.

    A partition that the stream has not met yet is behind from its first record; offsets that Kafka
    has forgotten meanwhile cannot be read any more and do not count.
    """
    return sum(
        max(end - max(applied.get(partition, 0), begins[partition]), 0)
        for partition, end in ends.items()
    )


def lane_lag(
    lane: str,
    *,
    log: tuple[Mapping[Partition, int], Mapping[Partition, int]],
    batch: AppliedBatch | None,
    slowest_s: float | None,
) -> LaneLag:
    """Put together what Kafka, the checkpoint and the database know of a lane."""
    begins, ends = log
    return LaneLag(
        lane=lane,
        records_behind=records_behind(begins, ends, batch.next_offsets if batch else {}),
        batch_s=batch.seconds if batch else None,
        slowest_drop_s=slowest_s,
    )
