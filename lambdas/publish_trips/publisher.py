"""Publish the trips of one drop, whatever they are packed in."""

from collections.abc import Sequence

from bikeshare.local_times import LocalTimes
from bikeshare.messages import (
    MAX_BODY_BYTES,
    MAX_ROWS_PER_RECORD,
    DropSummary,
    RowChunk,
    encode_rows,
)
from bikeshare.rejected_rows import RejectedRows
from bikeshare.trip_file import TripFile, open_trip_file
from bikeshare.trip_members import trip_members
from bikeshare.trip_reader import TripReader
from bikeshare.trip_stream import RejectedRow, read_trips
from bikeshare.utc import from_utc_text
from lambdas.attempt import Attempt


def publish_trip_file(attempt: Attempt) -> DropSummary:
    """Publish every row of a drop, or raise UnreadableFileError before the first one is sent."""
    drop, store, formats = attempt.drop, attempt.around.store, attempt.around.formats
    members, reason = trip_members(lambda: store.open(drop), formats)
    with RejectedRows(with_member=members[0].name is not None) as rejected:
        for member in members:
            with member.open() as stream:
                _publish_rows(attempt, open_trip_file(stream, formats), member.name, rejected)
        return attempt.published(rejected, reason)


def _publish_rows(
    attempt: Attempt, file: TripFile, member: str | None, rejected: RejectedRows
) -> None:
    written = file.layout.format
    times = LocalTimes(written.time_zone or attempt.around.zone, written.date_order)
    reader = TripReader(file.layout, times, received_at=attempt.drop.received_at)
    rows: list[str] = []
    lines: list[int] = []
    for read in read_trips(file, reader):
        if isinstance(read, RejectedRow):
            rejected.add(read.line, read.text, read.error, member)
            continue
        rows += read.rows
        lines += read.lines
        while len(rows) >= MAX_ROWS_PER_RECORD:
            _send(attempt, rows[:MAX_ROWS_PER_RECORD], lines[:MAX_ROWS_PER_RECORD], member)
            del rows[:MAX_ROWS_PER_RECORD], lines[:MAX_ROWS_PER_RECORD]
    if rows:
        _send(attempt, rows, lines, member)
    span = (reader.first_event_at, reader.last_event_at)
    attempt.saw_events([from_utc_text(moment) for moment in span if moment])


def _send(attempt: Attempt, rows: Sequence[str], lines: Sequence[int], member: str | None) -> None:
    """Send rows as one record, or as more where their texts are unusually long."""
    value = encode_rows(
        RowChunk(
            drop_id=attempt.drop.drop_id,
            attempt_id=attempt.attempt_id,
            lane=attempt.drop.lane,
            chunk=attempt.chunks,
            rows=rows,
            member=member,
            first_line=lines[0],
        )
    )
    if len(value) > MAX_BODY_BYTES and len(rows) > 1:
        half = len(rows) // 2
        _send(attempt, rows[:half], lines[:half], member)
        _send(attempt, rows[half:], lines[half:], member)
        return
    attempt.send(value, rows=len(rows))
