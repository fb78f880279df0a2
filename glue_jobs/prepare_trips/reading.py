"""Turn a part of a file into records for Spark, using the domain's own reader and nothing else."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from operator import ne
from typing import Final
from zoneinfo import ZoneInfo

from bikeshare.archives import member_again
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.recognise import ABSENT, Layout
from bikeshare.formats.trip_format import Role, TripFormat
from bikeshare.lines import ByteStream
from bikeshare.local_times import LocalTimes
from bikeshare.rows import Batch
from bikeshare.trip_file import TripFile, open_later_part, open_trip_file
from bikeshare.trip_reader import TripReader
from bikeshare.trip_stream import RejectedRow, read_trips
from bikeshare.trips import Trip
from glue_jobs.prepare_trips.plan import Part, source_of
from glue_jobs.prepare_trips.storage import opened

TRIPS: Final = "trips"
REFUSED: Final = "refused"
PART: Final = "part"
RECORD_SCHEMA: Final = "part int, kind string, line long, reason string, detail string, text string"

# The domain leaves no control character in a field, so these two need no quoting.
FIELD_END: Final = "\x1f"
ROW_END: Final = "\n"
TRIPS_PER_RECORD: Final = 2_000

# The part's number, the kind of record, a line, a reason with its detail, and a text.
Record = tuple[int, str, int, str | None, str | None, str]

_TEXTS: Final = tuple(
    role
    for role in Role
    if role is Role.BIKE_ID or role.value.endswith(("_station_id", "_station_name"))
)
_LATITUDES: Final = (Role.START_LAT, Role.END_LAT)
_PLACE_IN_TRIP: Final = {role: place for place, role in enumerate(Role)}


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How the files of a system are written, and when they arrived."""

    zone: ZoneInfo
    received_at: datetime
    formats: tuple[TripFormat, ...] = KNOWN_FORMATS


class WatchfulReader(TripReader):
    """A reader that counts what it had to mend."""

    def __init__(self, layout: Layout, times: LocalTimes, *, received_at: datetime) -> None:
        super().__init__(layout, times, received_at=received_at)
        self.mended: Counter[str] = Counter()
        at = {role: layout.index_of.get(role, ABSENT) for role in Role}
        self._text_places = [(at[role], _PLACE_IN_TRIP[role]) for role in _TEXTS]
        self._latitude_places = [(at[role], _PLACE_IN_TRIP[role]) for role in _LATITUDES]
        self._end_place = at[Role.ENDED_AT]
        self._clock = times
        self._delimiter = layout.delimiter

    def read(self, fields: list[str]) -> Trip:
        """Read a row, and count what was mended in it."""
        trip = super().read(fields)
        self._compare([(field,) for field in fields], [(field,) for field in trip])
        first_meaning = self._clock.utc(fields[self._end_place])
        if first_meaning and first_meaning != trip.ended_at:
            self.mended["end_in_the_later_of_two_hours"] += 1
        return trip

    def read_run(self, run: Batch) -> list[str] | None:
        """Read many rows, and count what was mended in them."""
        rows = super().read_run(run)
        if rows is not None:
            written = zip(*csv.reader(run.lines, delimiter=self._delimiter), strict=True)
            read = list(zip(*csv.reader(rows, strict=True), strict=True))
            self._compare([*written, ("",) * len(rows)], read)
        return rows

    def _compare(self, written: Sequence[Sequence[str]], read: Sequence[Sequence[str]]) -> None:
        for place, trip_place in self._text_places:
            changed = sum(map(ne, written[place], read[trip_place]))
            if changed:
                self.mended["text_cleaned"] += changed
        for place, trip_place in self._latitude_places:
            latitudes, kept = written[place], read[trip_place]
            if any(map(ne, latitudes, kept)):
                changes = compress(zip(latitudes, kept, strict=True), map(ne, latitudes, kept))
                for latitude, left in changes:
                    if left or latitude.strip():
                        kind = "position_rewritten" if left else "position_left_out"
                        self.mended[kind] += 1


class _CountedLines:
    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self.count = 0

    def read(self, size: int = -1, /) -> bytes:
        """Read on, and count the line feeds."""
        block = self._stream.read(size)
        self.count += block.count(b"\n")
        return block


def read_part(part: Part, dialect: Dialect) -> Iterator[Record]:
    """Yield the trips of a part, each row that is not a trip, and at the end its account."""
    refused: Counter[str] = Counter()
    rows: list[str] = []
    accepted = 0
    with _stream(part) as stream:
        counted = _CountedLines(stream)
        file = _opened_file(part, counted, dialect)
        written = file.layout.format
        times = LocalTimes(written.time_zone or dialect.zone, written.date_order)
        reader = WatchfulReader(file.layout, times, received_at=dialect.received_at)
        for read in read_trips(file, reader):
            if isinstance(read, RejectedRow):
                reason = str(read.error.reason)
                refused[reason] += 1
                yield part.number, REFUSED, read.line, reason, read.error.detail, read.text
                continue
            rows += read.rows
            accepted += len(read.rows)
            if len(rows) >= TRIPS_PER_RECORD:
                yield _record_of(part, rows)
                rows = []
        if rows:
            yield _record_of(part, rows)
        account = {"accepted": accepted, "refused": refused, "mended": reader.mended}
        yield part.number, PART, counted.count, None, None, json.dumps(account)


def _record_of(part: Part, rows: Sequence[str]) -> Record:
    text = ROW_END.join(rows)
    if '"' in text:
        text = ROW_END.join(map(FIELD_END.join, csv.reader(rows, strict=True)))
    else:
        text = text.replace(",", FIELD_END)
    return part.number, TRIPS, 0, None, None, text


def _opened_file(part: Part, stream: ByteStream, dialect: Dialect) -> TripFile:
    if part.layout is None:
        return open_trip_file(stream, dialect.formats)
    return open_later_part(stream, part.layout)


@contextmanager
def _stream(part: Part) -> Iterator[ByteStream]:
    if part.start or part.end is not None:
        with opened(part.file, part.start, part.end) as stream:
            yield stream
        return
    with source_of(part.file) as source, member_again(source, part.member).open() as stream:
        yield stream
