"""Cut trip files into slices by event time, so that a replayed day unfolds as it did."""

import csv
import gzip
import io
import sqlite3
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from bikeshare.errors import MalformedRowError
from bikeshare.formats.recognise import ABSENT, Layout, recognise
from bikeshare.formats.trip_format import Role, normal_name
from bikeshare.local_times import LocalTimes
from bikeshare.rows import Batch, RowSplitter
from bikeshare.trip_reader import TripReader
from local_stack.errors import UsageError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER_TOO_LATE = datetime(9000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LINES_AT_ONCE = 5_000
# Maps every byte to one character and back, whatever encoding the file is in.
BYTES_AS_TEXT = "latin-1"
ENDS = (
    Role.ENDED_AT,
    Role.END_STATION_ID,
    Role.END_STATION_NAME,
    Role.END_LAT,
    Role.END_LON,
)

# When the row becomes known (in microseconds since 1970, None if unreadable), header, row.
News = tuple[int | None, str, str]


@dataclass(frozen=True, slots=True)
class Slice:
    """The news of one stretch of time, as a CSV file in the format it came in."""

    closes_at: datetime
    rows: bytes


def slices(
    files: Sequence[Path], *, every: timedelta, time_zone: str = "America/New_York"
) -> Generator[Slice, None, None]:
    """
    Yield the news of each stretch of time that has any, in chronological order.

    A trip is news twice: open when it starts, whole when it ends. Rows that are not trips go into
    the first slice, so that the slices together amount to the whole files. Files with different
    headers get separate slices. The rows wait in a database on disk, as a month of New York does
    not fit in memory. To stop early, close the generator in the thread that iterates it.
    """
    length = every // MICROSECOND
    if length <= 0:
        message = "a slice must last longer than no time"
        raise UsageError(message)
    with closing(sqlite3.connect("")) as waiting:
        waiting.execute("CREATE TABLE news (at INTEGER, header INTEGER, line TEXT)")
        headers: dict[str, int] = {}
        for file in files:
            news = (
                (at, headers.setdefault(header, len(headers)), line)
                for at, header, line in news_in(file, ZoneInfo(time_zone), length)
            )
            waiting.executemany("INSERT INTO news VALUES (?, ?, ?)", news)
        header_lines = list(headers)
        found: Iterable[tuple[int, int, str]] = waiting.execute(
            "SELECT coalesce(at, (SELECT min(at) FROM news), 0) / ? AS number, header, line"
            " FROM news ORDER BY number, header, at, rowid",
            (length,),
        )
        for (number, header), rows in groupby(found, key=lambda row: row[:2]):
            text = "\n".join([header_lines[header], *(line for _, _, line in rows), ""])
            yield Slice(EPOCH + (number + 1) * every, text.encode(BYTES_AS_TEXT))


def news_in(path: Path, zone: ZoneInfo, length: int) -> Iterator[News]:
    """Read the news of one file: plain, gzipped, or a zip of several."""
    with path.open("rb") as file:
        start = file.read(2)
    if start == b"PK":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if is_csv(name):
                    with archive.open(name) as member:
                        yield from news_of(member, zone, length)
    elif start == b"\x1f\x8b":
        with gzip.open(path) as unpacked:
            yield from news_of(unpacked, zone, length)
    else:
        with path.open("rb") as plain:
            yield from news_of(plain, zone, length)


def is_csv(name: str) -> bool:
    """Return whether a zip's member is a CSV of its publisher, not one that Finder added."""
    is_litter = name.startswith("__MACOSX/") or Path(name).name.startswith(".")
    return name.lower().endswith(".csv") and not is_litter


def news_of(stream: IO[bytes] | gzip.GzipFile, zone: ZoneInfo, length: int) -> Iterator[News]:
    """Read the news of one CSV."""
    with io.TextIOWrapper(stream, encoding=BYTES_AS_TEXT, newline="\n") as text:
        header = next((line for line in text if line.strip()), "").strip()
        opener = TripOpener(header.removeprefix("\xef\xbb\xbf"), zone)
        for row in opener.rows(text):
            yield from opener.news(*row, length=length)


class TripOpener:
    """Knows one file's columns, and so what its rows looked like before their trips ended."""

    def __init__(self, header: str, zone: ZoneInfo) -> None:
        self._header = header
        self._layout = recognise(header.encode(BYTES_AS_TEXT).decode(errors="replace"))
        times = LocalTimes(zone, self._layout.format.date_order)
        self._reader = TripReader(self._layout, times, received_at=NEVER_TOO_LATE)
        self._unknown_at_start = columns_of_the_end(header, self._layout)

    def rows(self, lines: Iterable[str]) -> Iterator[tuple[str, list[str] | None]]:
        """Yield each row as text, with its fields, or None if it cannot be split into them."""
        splitter = RowSplitter(self._layout.delimiter, self._layout.column_count)
        for _, line, fields in splitter.rows(batches(lines)):
            yield line, None if isinstance(fields, MalformedRowError) else fields

    def news(self, line: str, fields: list[str] | None, *, length: int) -> Iterator[News]:
        """Yield the row at its trip's end, and as it was at the start if in an earlier slice."""
        try:
            line.encode(BYTES_AS_TEXT).decode(self._layout.format.encoding)
            trip = self._reader.read(list(fields or []))
        except (MalformedRowError, UnicodeDecodeError):
            yield None, self._header, line
            return
        started = microseconds(trip.started_at)
        ended = microseconds(trip.ended_at or trip.started_at)
        if ended // length > started // length and fields:
            yield from self._open_news(started, fields, trip.trip_key)
        yield ended, self._header, line

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
            yield started, self._header, line.getvalue()


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


def batches(lines: Iterable[str]) -> Iterator[Batch]:
    """Yield the lines in batches, without their line endings."""
    rest, first_line = iter(lines), 2
    while taken := [line.rstrip("\r\n") for line in islice(rest, LINES_AT_ONCE)]:
        yield Batch(first_line=first_line, text="\n".join(taken))
        first_line += len(taken)


def microseconds(at: str) -> int:
    """Return microseconds since 1970, by which the database sorts."""
    return (datetime.fromisoformat(at) - EPOCH) // MICROSECOND
