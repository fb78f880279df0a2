"""Publish the trips of one drop, whatever they are packed in."""

from collections.abc import Sequence
from typing import Final

from bikeshare.local_times import LocalTimes
from bikeshare.messages import (
    MAX_BODY_BYTES,
    MAX_ROWS_PER_RECORD,
    DropSummary,
    RowChunk,
    encode_rows,
)
from bikeshare.rejected_rows import RejectedRows
from bikeshare.trip_members import trip_members
from bikeshare.trip_part import Start, TripPart
from bikeshare.trip_reader import TripReader
from bikeshare.trip_stream import RejectedRow
from bikeshare.utc import from_utc_text
from lambdas.attempt import Attempt
from lambdas.continuation import PART_LINES, Continuation

# A function goes through all of it at least once, and its time is limited.
MAX_UNPACKED_BYTES: Final = 64 * 1024**3


def publish_trip_file(
    attempt: Attempt, *, part_lines: int = PART_LINES
) -> DropSummary | Continuation:
    """
    Publish `part_lines` lines of a drop from where the attempt is; return a summary or the rest.

    May raise UnreadableFileError, before the first row of the first part is sent.
    """
    drop, store, formats = attempt.drop, attempt.around.store, attempt.around.formats
    members, reason = trip_members(
        lambda: store.open(drop),
        formats,
        limit_bytes=MAX_UNPACKED_BYTES,
        is_proven=attempt.continued is not None,
    )
    first, start = 0, Start()
    if attempt.continued:
        first, start = attempt.continued.member, attempt.continued.start
        part_lines = attempt.continued.part_lines
    listing = RejectedRows(
        with_member=members[0].name is not None, with_header=attempt.continued is None
    )
    lines_left = part_lines
    with listing as rejected:
        for number, member in enumerate(members[first:], first):
            with member.open() as stream:
                part = TripPart(stream, formats, start=start, lines=lines_left)
                _publish_rows(attempt, part, member.name, rejected)
            if part.rest:
                return attempt.handed_on(
                    rejected, part_lines=part_lines, member=number, start=part.rest
                )
            start, lines_left = Start(), lines_left - part.lines_read
        return attempt.published(rejected, reason)


def _publish_rows(
    attempt: Attempt, part: TripPart, member: str | None, rejected: RejectedRows
) -> None:
    written = part.file.layout.format
    times = LocalTimes(written.time_zone or attempt.around.zone, written.date_order)
    reader = TripReader(part.file.layout, times, received_at=attempt.drop.received_at)
    rows: list[str] = []
    lines: list[int] = []
    for read in part.read(reader):
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
    """Send rows as one record, or as several if their texts are unusually long."""
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
