"""In-memory stand-ins for the brokers and the bucket, which remember what they are given."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import IO, BinaryIO

from bikeshare.drops import Drop
from bikeshare.errors import MissingObjectError, UnpublishedRecordError
from bikeshare.messages import DropSummary, StationChunk
from bikeshare.topics import DROPS, STATIONS
from bikeshare.trips import Trip
from tests.support.decoding import TripChunk, decode_stations, decode_summary, decode_trips


@dataclass
class FakeSender:
    """A RecordSender that remembers; the send numbered `fails_at`, from 1, stays unconfirmed."""

    fails_at: int | None = None
    error: Exception = field(
        default_factory=lambda: UnpublishedRecordError(
            "the brokers did not take a record: not enough replicas"
        )
    )
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    confirmed: int = 0
    closed: bool = False

    def send(self, topic: str, value: bytes) -> None:
        """Keep a record."""
        self.sent.append((topic, value))

    def confirm(self) -> None:
        """Confirm all records, or fail the way brokers do: only when asked."""
        if self.fails_at is not None and len(self.sent) >= self.fails_at:
            raise self.error
        self.confirmed = len(self.sent)

    def close(self) -> None:
        """Remember that the sender was closed."""
        self.closed = True

    def summaries(self) -> list[DropSummary]:
        """Every summary sent, in order."""
        return [decode_summary(value) for topic, value in self.sent if topic == DROPS]

    def trip_chunks(self) -> list[TripChunk]:
        """Every record of trips sent, in order."""
        others = (DROPS, STATIONS)
        return [decode_trips(value) for topic, value in self.sent if topic not in others]

    def trips(self) -> list[Trip]:
        """Every trip sent, in order."""
        return [trip for chunk in self.trip_chunks() for trip in chunk.trips]

    def station_chunks(self) -> list[StationChunk]:
        """Every record of stations sent, in order."""
        return [decode_stations(value) for topic, value in self.sent if topic == STATIONS]


@dataclass
class FakeStore:
    """An ObjectStore in memory; `opened` counts how often a drop was read."""

    objects: dict[str, bytes] = field(default_factory=dict)
    received_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    opened: int = 0
    wrap: Callable[[BinaryIO], BinaryIO] = lambda stream: stream

    def described(self, drop: Drop) -> Drop:
        """Return the metadata of an object; raise if there is none."""
        if drop.key not in self.objects:
            message = f"The object {drop.key} was deleted or replaced before it could be read."
            raise MissingObjectError(message)
        return replace(drop, size_bytes=len(self.objects[drop.key]), received_at=self.received_at)

    def open(self, drop: Drop) -> BinaryIO:
        """Open an object from the start."""
        self.opened += 1
        return self.wrap(io.BytesIO(self.objects[drop.key]))

    def put(self, key: str, content: IO[bytes]) -> None:
        """Store an object."""
        self.objects[key] = content.read()

    def open_written(self, key: str) -> BinaryIO:
        """Open an object that was stored with `put`."""
        return io.BytesIO(self.objects[key])
