"""One try at publishing a drop: what it sent, what it set aside, and its summary at the end."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import IO, Final
from zoneinfo import ZoneInfo

from bikeshare.drops import Drop, rejected_key, unfinished_key
from bikeshare.errors import MissingObjectError, UnreadableFileError
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.trip_format import TripFormat
from bikeshare.messages import DropSummary, Outcome, encode_summary
from bikeshare.rejected_rows import RejectedRows
from bikeshare.texts import clean_text, encodable
from bikeshare.topics import DROPS, topic_of
from bikeshare.trip_part import Start
from lambdas.continuation import Account, Continuation
from lambdas.drop_zone import ObjectStore
from lambdas.joined_content import joined
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
    The running account of one try, which may continue where another function left off.

    Its summary is sent last, when the brokers have confirmed everything else: a summary that
    arrives is proof that its rows did.
    """

    def __init__(
        self,
        drop: Drop,
        attempt_id: str,
        around: Surroundings,
        continued: Continuation | None = None,
    ) -> None:
        self.drop = drop
        self.attempt_id = attempt_id
        self.around = around
        self.continued = continued
        before = continued.account if continued else Account(started_at=around.now())
        self.chunks = before.chunks
        self.rows_published = before.rows_published
        self._parts_before = before.parts
        self._rejected_before = before.rejected
        self._topic = topic_of(drop.lane)
        self._started_at = before.started_at
        self._first_event_at = before.first_event_at
        self._last_event_at = before.last_event_at

    @property
    def has_begun(self) -> bool:
        """Whether a row may already have been published or set aside."""
        return self.continued is not None or self.chunks > 0

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
        """End well: store the rejected rows, and send a summary of what was published."""
        self.around.sender.confirm()
        by_reason = self._all_rejected(rejected)
        rows_rejected = by_reason.total()
        key = rejected_key(self.drop.drop_id, self.attempt_id) if rows_rejected else None
        if key:
            self.around.store.put(key, self._whole_listing(rejected))
        summary = replace(
            self._summary(Outcome.PUBLISHED, reason),
            rows_read=self.rows_published + rows_rejected,
            rows_published=self.rows_published,
            rows_rejected=rows_rejected,
            rejected=dict(sorted(by_reason.items())),
            rejected_key=key,
            first_event_at=self._first_event_at,
            last_event_at=self._last_event_at,
            chunks=self.chunks,
        )
        return self._concluded(summary)

    def handed_on(
        self, rejected: RejectedRows, *, part_lines: int, member: int, start: Start
    ) -> Continuation:
        """End a part: store its rejected rows and return where the next part continues."""
        self.around.sender.confirm()
        self.around.store.put(self._unfinished_key(self._parts_before), rejected.content())
        account = Account(
            parts=self._parts_before + 1,
            chunks=self.chunks,
            rows_published=self.rows_published,
            rejected=self._all_rejected(rejected),
            first_event_at=self._first_event_at,
            last_event_at=self._last_event_at,
            started_at=self._started_at,
        )
        return Continuation(
            attempt_id=self.attempt_id,
            part_lines=part_lines,
            member=member,
            start=start,
            account=account,
        )

    def refused(self, error: UnreadableFileError) -> DropSummary:
        """End without having published a row; the summary says what to do about it."""
        return self._concluded(self._summary(Outcome.REFUSED, str(error)))

    def _all_rejected(self, rejected: RejectedRows) -> Counter[str]:
        return Counter(self._rejected_before) + rejected.by_reason

    def _whole_listing(self, rejected: RejectedRows) -> IO[bytes]:
        """Return the rows that all parts set aside, in the order of their file."""
        keys = map(self._unfinished_key, range(self._parts_before))
        before = [partial(self.around.store.open_written, key) for key in keys]
        return joined([*before, rejected.content])

    def _unfinished_key(self, part: int) -> str:
        return unfinished_key(self.drop.drop_id, self.attempt_id, part)

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
            # It may quote whatever a file holds: a lone surrogate, or a NUL that Postgres refuses.
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
    request_id: str,
    around: Surroundings,
    publish: Callable[[Attempt], DropSummary | Continuation],
    continued: Continuation | None = None,
) -> DropSummary | Continuation:
    """
    Publish a drop or a part of it, or send a summary of why it is refused.

    Any other error is raised, to try again. An attempt is named after the request that began it.
    """
    attempt_id = continued.attempt_id if continued else request_id
    try:
        drop = around.store.described(drop)
    except MissingObjectError as error:
        # A continued attempt has published rows already, so the refusal is an attempt of its own.
        return Attempt(drop, request_id, around).refused(error)
    attempt = Attempt(drop, attempt_id, around, continued)
    try:
        return publish(attempt)
    except UnreadableFileError as error:
        if attempt.has_begun:
            # It was whole before and is not now: the next try sees the object as it is by then.
            raise
        return attempt.refused(error)
