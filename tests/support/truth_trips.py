"""Trip files read by T1, T2 and T7 alone, sharing no code with the product that they check."""

import csv
import gzip
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

# Header names, with each run of anything but letters and digits made one underscore.
COLUMNS = {
    "trip_id": ("ride_id", "trip_id", "rental_id"),
    "bike_id": ("bikeid", "bike_id", "bike", "bike_number"),
    "started_at": ("started_at", "starttime", "start_time", "start_date"),
    "ended_at": ("ended_at", "stoptime", "stop_time", "end_time", "end_date"),
    "start_id": ("start_station_id", "start_terminal", "start_station_number", "from_station_id"),
    "start_name": ("start_station_name", "start_station", "from_station_name"),
    "start_lat": ("start_lat", "start_station_latitude"),
    "start_lon": ("start_lng", "start_station_longitude"),
    "end_id": ("end_station_id", "end_terminal", "end_station_number", "to_station_id"),
    "end_name": ("end_station_name", "end_station", "to_station_name"),
    "end_lat": ("end_lat", "end_station_latitude"),
    "end_lon": ("end_lng", "end_station_longitude"),
}
NEEDED = ("started_at", "ended_at", "start_id", "end_id")
NOTHING = ("", "NULL", "\\N")
LONGEST_ROW_IN_LINES = 8

CLOCK = r"[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?"
YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})" + CLOCK + r"\s?(Z|[+-]\d{2}:?\d{2})?")
MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})" + CLOCK + r"(?: ([AaPp])[Mm])?")


class RefusedError(Exception):
    """No row of the file can be trusted, so none is published."""


class Reason(StrEnum):
    """Why a row, or a station of a feed, is set aside."""

    BAD_ENCODING = "bad_encoding"
    UNBALANCED_QUOTE = "unbalanced_quote"
    WRONG_COLUMNS = "wrong_columns"
    NO_START_TIME = "no_start_time"
    UNREADABLE_TIME = "unreadable_time"
    END_BEFORE_START = "end_before_start"
    TIME_IN_FUTURE = "time_in_future"
    NO_TRIP_ID = "no_trip_id"
    NOT_AN_OBJECT = "not_an_object"
    NO_STATION_ID = "no_station_id"
    UNREADABLE_NUMBER = "unreadable_number"


class RejectedError(Exception):
    """One row is set aside; its only argument is the reason."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One end of a trip as its row states it."""

    station_id: str | None
    name: str | None
    place: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class TripRow:
    """One accepted row."""

    key: str
    bike_id: str | None
    started_at: datetime
    ended_at: datetime | None
    start: Stop
    end: Stop


@dataclass(slots=True)
class TripFile:
    """What one file held: its accepted rows, and how many were set aside for which reason."""

    rows: list[TripRow] = field(default_factory=list)
    rows_read: int = 0
    rejected: Counter[str] = field(default_factory=Counter)


def read_trip_file(path: Path, *, received_at: datetime, zone: ZoneInfo) -> TripFile:
    """Read every row of a plain, gzipped or zipped trip file."""
    result = TripFile()
    for content in contents(path):
        lines = content.decode("utf-8-sig", errors="surrogateescape").split("\n")
        at, width = columns(lines[0].removesuffix("\r"))
        for line in joined_lines(lines[1:], width):
            result.rows_read += 1
            try:
                row = checked_row(line, at, width=width, zone=zone)
                in_time(row, received_at)
            except RejectedError as reason:
                result.rejected[str(reason)] += 1
            else:
                result.rows.append(row)
    return result


def contents(path: Path) -> list[bytes]:
    """Return the bytes of each CSV in the file, decompressed."""
    raw = path.read_bytes()
    try:
        if raw.startswith(b"\x1f\x8b"):
            raw = gzip.decompress(raw)
        elif raw.startswith(b"PK"):
            return csv_members(raw)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise RefusedError(str(error)) from error
    if not raw.strip():
        message = "the file is empty"
        raise RefusedError(message)
    return [raw]


def csv_members(raw: bytes) -> list[bytes]:
    """Return the CSV files of a zip, without what Finder adds."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = [
            name
            for name in archive.namelist()
            if name.lower().endswith(".csv")
            and not name.startswith("__MACOSX/")
            and not Path(name).name.startswith(".")
        ]
        if not names:
            message = "the zip holds no CSV file"
            raise RefusedError(message)
        return [archive.read(name) for name in names]


def columns(header: str) -> tuple[dict[str, int | None], int]:
    """Find the column of each meaning by its header names, and count all columns."""
    names = [re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") for name in header.split(",")]
    at = {
        meaning: next((names.index(name) for name in known if name in names), None)
        for meaning, known in COLUMNS.items()
    }
    if any(at[meaning] is None for meaning in NEEDED):
        message = f"no trip file has the header {header!r}"
        raise RefusedError(message)
    return at, len(names)


def joined_lines(lines: Sequence[str], width: int) -> Iterator[str]:
    """Yield rows as text: a line, or several if a quoted field has line breaks; skip blank ones."""
    index = 0
    while index < len(lines):
        taken = 1
        if lines[index].count('"') % 2:
            for more in range(2, LONGEST_ROW_IN_LINES + 1):
                candidate = "\n".join(lines[index : index + more])
                if candidate.count('"') % 2 == 0:
                    inner = lines[index + 1 : index + more]
                    is_one = len(fields(candidate)) == width or not rows_among(inner, width)
                    taken = more if is_one else 1
                    break
        line = "\n".join(lines[index : index + taken]).removesuffix("\r")
        index += taken
        if line and not line.isspace():
            yield line


def rows_among(lines: Sequence[str], width: int) -> list[str]:
    """Return the lines that are rows by themselves: a quote that swallows one is a stray."""
    return [line for line in lines if line.count('"') % 2 == 0 and len(fields(line)) == width]


def fields(line: str) -> list[str]:
    """Split one row by the rules of CSV."""
    if line.count('"') % 2:
        try:
            return next(csv.reader(io.StringIO(line, newline=""), strict=True))
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise RejectedError(Reason.UNBALANCED_QUOTE) from error
    return next(csv.reader(io.StringIO(line, newline="")))


def checked_row(line: str, at: dict[str, int | None], *, width: int, zone: ZoneInfo) -> TripRow:
    """Make a trip of a row; raise if T7 rejects it."""
    if not line.isascii() and any("\udc80" <= letter <= "\udcff" for letter in line):
        raise RejectedError(Reason.BAD_ENCODING)
    values = fields(line)
    if len(values) != width:
        raise RejectedError(Reason.WRONG_COLUMNS)
    row: dict[str, str | None] = dict.fromkeys(at)
    for meaning, column in at.items():
        if column is not None:
            text = values[column].strip()
            row[meaning] = None if text in NOTHING else text
    if row["started_at"] is None:
        raise RejectedError(Reason.NO_START_TIME)
    started_at = moment(row["started_at"], zone)
    ended_at = None if row["ended_at"] is None else moment(row["ended_at"], zone)
    if ended_at and ended_at < started_at:
        ended_at = moment(row["ended_at"] or "", zone, later=True)
        if ended_at < started_at:
            raise RejectedError(Reason.END_BEFORE_START)
    key = row["trip_id"] or (row["bike_id"] and f"{row['bike_id']}@{started_at.isoformat()}")
    if not key:
        raise RejectedError(Reason.NO_TRIP_ID)
    start = Stop(row["start_id"], row["start_name"], place(row["start_lat"], row["start_lon"]))
    end = Stop(row["end_id"], row["end_name"], place(row["end_lat"], row["end_lon"]))
    return TripRow(key, row["bike_id"], started_at, ended_at, start, end)


def in_time(row: TripRow, received_at: datetime) -> None:
    """Reject what claims to happen more than a day after the file arrived."""
    if max(row.started_at, row.ended_at or row.started_at) > received_at + timedelta(days=1):
        raise RejectedError(Reason.TIME_IN_FUTURE)


def moment(text: str, zone: ZoneInfo, *, later: bool = False) -> datetime:
    """Parse a time by T2; `later` picks the second of an hour that the clock repeats."""
    if match := YEAR_FIRST.fullmatch(text):
        year, month, day, hour, minute, second, fraction, offset = match.groups()
    elif match := MONTH_FIRST.fullmatch(text):
        month, day, year, hour, minute, second, fraction, half = match.groups()
        hour = hour if half is None else hour_of_half_day(int(hour), half)
        year, offset = (year if len(year) == len("2015") else f"20{year}"), None
    else:
        raise RejectedError(Reason.UNREADABLE_TIME)
    micros = int((fraction or "").ljust(6, "0")[:6])
    try:
        local = datetime(  # noqa: DTZ001 -- the zone is added below, with both folds
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micros
        )
        if offset:
            return datetime.fromisoformat(f"{local.isoformat()}{offset}").astimezone(UTC)
        first, second_time = (
            local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)
        )
    except (ValueError, OverflowError) as error:
        raise RejectedError(Reason.UNREADABLE_TIME) from error
    # In an hour that the clock skips, the second reading is the earlier one and goes backward.
    return max(first, second_time) if later else first


def hour_of_half_day(hour: int, half: str) -> int:
    """Convert to a 24-hour hour: 12 AM is midnight, 12 PM is noon, and there is no 13 PM."""
    if not 1 <= hour <= 12:
        raise RejectedError(Reason.UNREADABLE_TIME)
    return hour % 12 + (12 if half in "Pp" else 0)


def place(lat: str | None, lon: str | None) -> tuple[float, float] | None:
    """Return both coordinates, or None if either is missing, zero or off the Earth."""
    try:
        found = float(lat or 0), float(lon or 0)
    except ValueError:
        return None
    on_earth = abs(found[0]) <= 90 and abs(found[1]) <= 180
    return found if on_earth and found[0] and found[1] else None
