"""Publish the trips of one drop, whatever they are packed in."""

from collections.abc import Sequence
from typing import Final

from bikeshare.errors import UnreadableFileError
from bikeshare.local_times import LocalTimes
from bikeshare.messages import (
    MAX_BODY_BYTES,
    MAX_ROWS_PER_RECORD,
    DropSummary,
    TripChunk,
    encode_trips,
)
from bikeshare.trip_file import TripFile, open_trip_file
from bikeshare.trip_reader import TripReader
from bikeshare.trip_stream import RejectedRow, read_trips
from bikeshare.trips import Trip
from bikeshare.utc import from_utc_text
from lambdas.archives import Member, members_of
from lambdas.attempt import Attempt
from lambdas.rejected_rows import RejectedRows

CSV_SUFFIX: Final = ".csv"


def publish_trip_file(attempt: Attempt) -> DropSummary:
    """Publish every row of a drop, or raise UnreadableFileError before the first one is sent."""
    drop, store = attempt.drop, attempt.around.store
    members = members_of(lambda: store.open(drop), suffix=CSV_SUFFIX)
    is_zip = members[0].name is not None
    readable, reason = _readable(members) if is_zip else (members, None)
    with RejectedRows(with_member=is_zip) as rejected:
        for member in readable:
            with member.open() as stream:
                _publish_rows(attempt, open_trip_file(stream), member.name, rejected)
        return attempt.published(rejected, reason)


def _readable(members: Sequence[Member]) -> tuple[list[Member], str | None]:
    """Part the trip files of a zip from what else is in it, and say what is left out."""
    readable, left_out = [], []
    for member in members:
        try:
            with member.open() as stream:
                open_trip_file(stream)
            readable.append(member)
        except UnreadableFileError as error:
            left_out.append(f"{member.name}: {error}")
    if not readable:
        message = f"No file in the zip is a trip file. {' '.join(left_out)}"
        raise UnreadableFileError(message)
    if not left_out:
        return readable, None
    return readable, f"Left out of the zip, because they are no trip files: {' '.join(left_out)}"


def _publish_rows(
    attempt: Attempt, file: TripFile, member: str | None, rejected: RejectedRows
) -> None:
    times = LocalTimes(attempt.around.zone, file.layout.format.date_order)
    reader = TripReader(file.layout, times, received_at=attempt.drop.received_at)
    trips: list[Trip] = []
    lines: list[int] = []
    for read in read_trips(file, reader):
        if isinstance(read, RejectedRow):
            rejected.add(read.line, read.text, read.error, member)
            continue
        trips += read.trips
        lines += read.lines
        while len(trips) >= MAX_ROWS_PER_RECORD:
            _send(attempt, trips[:MAX_ROWS_PER_RECORD], lines[:MAX_ROWS_PER_RECORD], member)
            del trips[:MAX_ROWS_PER_RECORD], lines[:MAX_ROWS_PER_RECORD]
    if trips:
        _send(attempt, trips, lines, member)
    span = (reader.first_event_at, reader.last_event_at)
    attempt.saw_events([from_utc_text(moment) for moment in span if moment])


def _send(
    attempt: Attempt, trips: Sequence[Trip], lines: Sequence[int], member: str | None
) -> None:
    """Send trips as one record, or as more where their texts are unusually long."""
    value = encode_trips(
        TripChunk(
            drop_id=attempt.drop.drop_id,
            attempt_id=attempt.attempt_id,
            lane=attempt.drop.lane,
            chunk=attempt.chunks,
            trips=trips,
            member=member,
            first_line=lines[0],
        )
    )
    if len(value) > MAX_BODY_BYTES and len(trips) > 1:
        half = len(trips) // 2
        _send(attempt, trips[:half], lines[:half], member)
        _send(attempt, trips[half:], lines[half:], member)
        return
    attempt.send(value, rows=len(trips))
