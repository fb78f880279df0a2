"""Cut trip files into slices by event time, so that a replayed day unfolds as it did."""

import csv
import io
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from bikeshare.contents import Member
from bikeshare.errors import MalformedRowError, UnreadableFileError
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.recognise import ABSENT, Layout
from bikeshare.formats.trip_format import Role, TripFormat, normal_name
from bikeshare.lines import MAX_LINE_BYTES, Block, line_blocks
from bikeshare.local_times import LocalTimes
from bikeshare.reasons import Reason
from bikeshare.rows import Batch, RowSplitter
from bikeshare.trip_file import open_trip_file
from bikeshare.trip_members import trip_members
from bikeshare.trip_reader import TripReader
from local_stack.errors import UsageError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER_TOO_LATE = datetime(9000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# Keeps the bytes that are not in a file's encoding, to be written as they were.
AS_BYTES = "surrogateescape"
BOM = "\ufeff"
NEW_YORK = ZoneInfo("America/New_York")
TOO_LONG = MalformedRowError(Reason.LINE_TOO_LONG, "such a line is not read")
ENDS = (
    Role.ENDED_AT,
    Role.END_STATION_ID,
    Role.END_STATION_NAME,
    Role.END_LAT,
    Role.END_LON,
)

# When the row becomes known (in microseconds since 1970, None if unreadable), header, row.
News = tuple[int | None, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Slice:
    """The news of one stretch of time, as a CSV file in the format it came in."""

    closes_at: datetime
    rows: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """How the files of this system are read: on which clock, and in which formats."""

    time_zone: ZoneInfo
    formats: Sequence[TripFormat]


def slices(
    files: Sequence[Path],
    *,
    every: timedelta,
    time_zone: ZoneInfo = NEW_YORK,
    formats: Sequence[TripFormat] = KNOWN_FORMATS,
    tell: Callable[[str], None] = lambda _: None,
) -> Generator[Slice, None, None]:
    """
    Yield the news of each stretch of time that has any, in chronological order.

    A trip is news twice: open when it starts, whole when it ends. Rows that are not trips go into
    the first slice, so that the slices together amount to the whole files. Files with different
    headers get separate slices. The rows wait in a database on disk, as a month of New York does
    not fit in memory. To stop early, close the generator in the thread that iterates it. `tell` is
    told what of a zip is left out. Raise UsageError, before the first slice, for a file that cannot
    be replayed.
    """
    length = every // MICROSECOND
    if length <= 0:
        message = "a slice must last longer than no time"
        raise UsageError(message)
    with closing(sqlite3.connect("")) as waiting:
        waiting.execute("CREATE TABLE news (at INTEGER, header INTEGER, line BLOB)")
        headers: dict[bytes, int] = {}
        dialect = Dialect(time_zone=time_zone, formats=formats)
        for file in files:
            news = (
                (at, headers.setdefault(header, len(headers)), line)
                for at, header, line in news_in(file, dialect, length, tell)
            )
            waiting.executemany("INSERT INTO news VALUES (?, ?, ?)", news)
        header_lines = list(headers)
        found: Iterable[tuple[int, int, bytes]] = waiting.execute(
            "SELECT coalesce(at, (SELECT min(at) FROM news), 0) / ? AS number, header, line"
            " FROM news ORDER BY number, header, at, rowid",
            (length,),
        )
        for (number, header), rows in groupby(found, key=lambda row: row[:2]):
            content = b"\n".join([header_lines[header], *(line for _, _, line in rows), b""])
            yield Slice(EPOCH + (number + 1) * every, content)


def news_in(
    path: Path, dialect: Dialect, length: int, tell: Callable[[str], None]
) -> Iterator[News]:
    """Read the news of one file, whatever publishing would read it as."""
    try:
        members, left_out = trip_members(lambda: path.open("rb"), dialect.formats)
        if left_out:
            tell(f"{path}: {left_out}")
        for member in members:
            yield from news_of(member, dialect, length)
    except UnreadableFileError as error:
        message = f"{path} cannot be replayed. {error}"
        raise UsageError(message) from error


def news_of(member: Member, dialect: Dialect, length: int) -> Iterator[News]:
    """Read the news of one CSV."""
    with member.open() as stream:
        trip_file = open_trip_file(stream, dialect.formats)
        first = next(trip_file.batches, None)
    layout = trip_file.layout
    if layout.keys:
        message = (
            "It holds lines of JSON, which cannot be cut into slices. "
            "Make drops of it with `prepare`, and replay those, or upload it."
        )
        raise UnreadableFileError(message)
    if first is None:
        return
    with member.open() as stream:
        lines = batches(line_blocks(stream), layout.encoding)
        header, rows = parted(lines, first.first_line)
        opener = TripOpener(header, layout, dialect.time_zone)
        for row in opener.rows(rows):
            yield from opener.news(*row, length=length)


def batches(blocks: Iterable[Block], encoding: str) -> Iterator[Batch]:
    """Decode lines so that each can be written as the bytes it was."""
    for block in blocks:
        # A line that is too long is a block of its own. What was cut of it is made up for, so that
        # the publisher refuses it too.
        data = block.data + b"." * block.bytes_cut
        text = data.decode(encoding, AS_BYTES).replace("\r\n", "\n").removesuffix("\r")
        is_too_long = len(data) > MAX_LINE_BYTES
        yield Batch(
            first_line=block.first_line,
            text=text,
            problems={block.first_line: TOO_LONG} if is_too_long else {},
        )


def parted(lines: Iterator[Batch], first_row: int) -> tuple[str, Iterator[Batch]]:
    """Part a file at the line of its first row; return the line above that, and the rows."""
    header = ""
    for batch in lines:
        if batch.first_line + batch.count <= first_row:
            header = batch.lines[-1]
            continue
        above = batch.lines[: first_row - batch.first_line]
        header = above[-1] if above else header
        below = "\n".join(batch.lines[len(above) :])
        first = replace(batch, first_line=first_row, text=below)
        return header, chain([first], lines)
    return header, iter(())


class TripOpener:
    """Knows one file's columns, and so what its rows looked like before their trips ended."""

    def __init__(self, header: str, layout: Layout, zone: ZoneInfo) -> None:
        self._layout = layout
        self._header = self._bytes(header)
        times = LocalTimes(layout.format.time_zone or zone, layout.format.date_order)
        self._reader = TripReader(layout, times, received_at=NEVER_TOO_LATE)
        self._unknown_at_start = columns_of_the_end(header.removeprefix(BOM), layout)

    def rows(self, batches: Iterable[Batch]) -> Iterator[tuple[str, list[str] | None]]:
        """Yield each row as text, with its fields, or None if it cannot be split into them."""
        splitter = RowSplitter(self._layout.delimiter, self._layout.column_count)
        for _, line, fields in splitter.rows(batches):
            yield line, None if isinstance(fields, MalformedRowError) else fields

    def news(self, line: str, fields: list[str] | None, *, length: int) -> Iterator[News]:
        """Yield the row at its trip's end, and as it was at the start if in an earlier slice."""
        try:
            line.encode(self._layout.encoding)
            trip = self._reader.read(list(fields or []))
        except (MalformedRowError, UnicodeEncodeError):
            yield None, self._header, self._bytes(line)
            return
        started = microseconds(trip.started_at)
        ended = microseconds(trip.ended_at or trip.started_at)
        if ended // length > started // length and fields:
            yield from self._open_news(started, fields, trip.trip_key)
        yield ended, self._header, self._bytes(line)

    def _open_news(self, started: int, fields: list[str], key: str) -> Iterator[News]:
        """Yield the open trip, unless its row in this format cannot identify it as the same one."""
        known = ["" if at in self._unknown_at_start else one for at, one in enumerate(fields)]
        try:
            trip = self._reader.read(list(known))
        except MalformedRowError:
            return
        if trip.trip_key == key and not trip.ended_at:
            line = io.StringIO()
            csv.writer(line, delimiter=self._layout.delimiter, lineterminator="").writerow(known)
            yield started, self._header, self._bytes(line.getvalue())

    def _bytes(self, text: str) -> bytes:
        return text.encode(self._layout.encoding, AS_BYTES)


def columns_of_the_end(header: str, layout: Layout) -> set[int]:
    """Return the indices of the columns whose values are unknown until the trip ends."""
    ends = {layout.index_of.get(role, ABSENT) for role in ENDS}
    made = layout.column_count
    for rule, bound in zip(layout.format.amendments, layout.amendments, strict=True):
        if ends & set(range(made, made + len(rule.makes))):
            ends |= set(bound.reads)
        made += len(rule.makes)
    names = next(csv.reader([header], delimiter=layout.delimiter))
    ends |= {at for at, name in enumerate(names) if "duration" in normal_name(name)}
    return ends & set(range(len(names)))


def microseconds(at: str) -> int:
    """Return microseconds since 1970, by which the database sorts."""
    return (datetime.fromisoformat(at) - EPOCH) // MICROSECOND
