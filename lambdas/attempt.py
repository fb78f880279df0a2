"""One try at publishing a drop: what it sent, what it set aside, and its summary at the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bikeshare.drops import Drop, rejected_key
from bikeshare.errors import MissingObjectError, UnreadableFileError
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.trip_format import TripFormat
from bikeshare.messages import DropSummary, Outcome, encode_summary
from bikeshare.rejected_rows import RejectedRows
from bikeshare.texts import clean_text, encodable
from bikeshare.topics import DROPS, topic_of
from lambdas.drop_zone import ObjectStore
from lambdas.kafka import RecordSender

MAX_REASON_LENGTH: Final = 1000


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What publishing needs from outside: brokers, bucket, how files are written, our clock."""

    sender: RecordSender
    store: ObjectStore
    zone: ZoneInfo
    now: Callable[[], datetime]
    formats: Sequence[TripFormat] = KNOWN_FORMATS


class Attempt:
    """
    The running account of one try.

    Its summary is sent last, when the brokers have confirmed everything else: a summary that
    arrives is proof that its rows did.
    """

    def __init__(self, drop: Drop, attempt_id: str, around: Surroundings) -> None:
        self.drop = drop
        self.attempt_id = attempt_id
        self.around = around
        self.chunks = 0
        self.rows_published = 0
        self._topic = topic_of(drop.lane)
        self._started_at = around.now()
        self._first_event_at: datetime | None = None
        self._last_event_at: datetime | None = None

    def send(self, value: bytes, *, rows: int) -> None:
        """Send one record of rows."""
        self.around.sender.send(self._topic, value)
        self.chunks += 1
        self.rows_published += rows

    def saw_events(self, moments: Sequence[datetime]) -> None:
        """Widen the span of the events that were published."""
        known = [m for m in (self._first_event_at, self._last_event_at, *moments) if m is not None]
        if known:
            self._first_event_at, self._last_event_at = min(known), max(known)

    def published(self, rejected: RejectedRows, reason: str | None = None) -> DropSummary:
        """End well: set the bad rows aside and say what was published."""
        self.around.sender.confirm()
        rows_rejected = rejected.by_reason.total()
        key = rejected_key(self.drop.drop_id, self.attempt_id) if rows_rejected else None
        if key:
            self.around.store.put(key, rejected.content())
        summary = replace(
            self._summary(Outcome.PUBLISHED, reason),
            rows_read=self.rows_published + rows_rejected,
            rows_published=self.rows_published,
            rows_rejected=rows_rejected,
            rejected=dict(sorted(rejected.by_reason.items())),
            rejected_key=key,
            first_event_at=self._first_event_at,
            last_event_at=self._last_event_at,
            chunks=self.chunks,
        )
        return self._concluded(summary)

    def refused(self, error: UnreadableFileError) -> DropSummary:
        """End without having published a row, and say what to do about it."""
        return self._concluded(self._summary(Outcome.REFUSED, str(error)))

    def _summary(self, outcome: Outcome, reason: str | None) -> DropSummary:
        return DropSummary(
            drop_id=self.drop.drop_id,
            attempt_id=self.attempt_id,
            key=self.drop.key,
            version_id=self.drop.version_id,
            lane=self.drop.lane,
            size_bytes=self.drop.size_bytes,
            received_at=self.drop.received_at,
            outcome=outcome,
            # It may quote whatever a file holds: half a character, or a NUL that no database takes.
            reason=clean_text(encodable(reason))[:MAX_REASON_LENGTH] if reason else None,
            started_at=self._started_at,
            finished_at=self.around.now(),
        )

    def _concluded(self, summary: DropSummary) -> DropSummary:
        self.around.sender.send(DROPS, encode_summary(summary))
        self.around.sender.confirm()
        return summary


def published_drop(
    drop: Drop,
    attempt_id: str,
    around: Surroundings,
    publish: Callable[[Attempt], DropSummary],
) -> DropSummary:
    """Publish a drop, or account for why that cannot be; anything else is raised, to try again."""
    try:
        drop = around.store.described(drop)
    except MissingObjectError as error:
        return Attempt(drop, attempt_id, around).refused(error)
    attempt = Attempt(drop, attempt_id, around)
    try:
        return publish(attempt)
    except UnreadableFileError as error:
        if attempt.chunks:
            # Found whole and then not: the next try sees the object as it is by then.
            raise
        return attempt.refused(error)
