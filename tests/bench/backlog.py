"""A backlog of trips, as Kafka records and as COPY text."""

from dataclasses import dataclass
from pathlib import Path

from kafka import KafkaProducer

from bikeshare.drops import Lane
from bikeshare.messages import MAX_ROWS_PER_RECORD
from bikeshare.topics import TRIPS_BACKFILL
from bikeshare.trips import Trip
from tests.bench.city import rides
from tests.bench.rivals.staging import Record, staging_text
from tests.support.decoding import TripChunk, encode_trips

TOPIC = TRIPS_BACKFILL
DROP = "backlog"


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """The values of one drop's records."""

    values: tuple[bytes, ...]
    rows: int

    @classmethod
    def of_a_city(cls, rows: int, *, seed: int, with_bike_ids: bool = True) -> "Backlog":
        """Encode the rides of a city, the same for the same seed."""
        values, waiting = [], []
        for ride in rides(rows, with_bike_ids=with_bike_ids, seed=seed):
            waiting.append(ride)
            if len(waiting) == MAX_ROWS_PER_RECORD:
                values.append(_record(waiting, len(values)))
                waiting = []
        if waiting:
            values.append(_record(waiting, len(values)))
        return cls(values=tuple(values), rows=rows)

    @property
    def records(self) -> int:
        """Return the number of records."""
        return len(self.values)

    def publish(self, bootstrap: str) -> None:
        """Send every record to the backfill topic, round-robin over its partitions."""
        producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=5)
        partitions = sorted(producer.partitions_for(TOPIC))
        for number, value in enumerate(self.values):
            producer.send(TOPIC, value, partition=partitions[number % len(partitions)])
        producer.flush()
        producer.close()

    def files(self, folder: Path, size: int) -> Path:
        """Write batches of `size` records as COPY text, unless they are there already."""
        if folder.exists():
            return folder
        folder.mkdir()
        for first in range(0, self.records, size):
            cut = enumerate(self.values[first : first + size], first)
            about, rows = staging_text(Record(TOPIC, 0, offset, value) for offset, value in cut)
            (folder / f"{first:06}.records").write_text(about)
            (folder / f"{first:06}.trips").write_text(rows)
        return folder


def _record(trips: list[Trip], chunk: int) -> bytes:
    return encode_trips(
        TripChunk(
            drop_id=DROP,
            attempt_id="first",
            lane=Lane.BACKFILL,
            chunk=chunk,
            trips=tuple(trips),
            member=None,
            first_line=2,
        )
    )
