"""The values of the Kafka records, written and read back; docs/messages.md shows each of them."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from bikeshare.drops import Lane
from bikeshare.errors import UnknownEncodingError
from bikeshare.stations import Feed, Station, StationInformation, StationStatus
from bikeshare.trips import Trip
from bikeshare.utc import from_utc_text, from_utc_text_or_none, utc_text

TRIPS_ENCODING: Final = "trips/1"
STATIONS_ENCODING: Final = "stations/1"
DROPS_ENCODING: Final = "drops/1"

MAX_ROWS_PER_RECORD: Final = 500
MAX_BODY_BYTES: Final = 256 * 1024


class Outcome(StrEnum):
    """How an attempt ended."""

    PUBLISHED = "published"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class TripChunk:
    """Up to 500 trips of one attempt, and where in their file they stood."""

    drop_id: str
    attempt_id: str
    lane: Lane
    chunk: int
    trips: Sequence[Trip]
    member: str | None
    first_line: int


@dataclass(frozen=True, kw_only=True)
class StationChunk:
    """Up to 500 stations of one attempt, all from one feed at one moment."""

    drop_id: str
    attempt_id: str
    chunk: int
    feed: Feed
    feed_at: datetime
    stations: Sequence[Station]


@dataclass(frozen=True, kw_only=True)
class DropSummary:
    """What one attempt at publishing a drop came to."""

    drop_id: str
    attempt_id: str
    key: str
    version_id: str | None
    lane: Lane
    size_bytes: int
    received_at: datetime
    outcome: Outcome
    reason: str | None = None
    rows_read: int = 0
    rows_published: int = 0
    rows_rejected: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    rejected_key: str | None = None
    first_event_at: datetime | None = None
    last_event_at: datetime | None = None
    started_at: datetime
    finished_at: datetime
    chunks: int = 0


@dataclass(frozen=True, kw_only=True)
class RowChunk:
    """A chunk of trips already written as CSV rows."""

    drop_id: str
    attempt_id: str
    lane: Lane
    chunk: int
    rows: Sequence[str]
    member: str | None
    first_line: int


def encode_trips(chunk: TripChunk) -> bytes:
    """Write a header line and one CSV row per trip."""
    told = {f.name: getattr(chunk, f.name) for f in fields(RowChunk) if f.name != "rows"}
    return encode_rows(RowChunk(rows=[csv_row(trip) for trip in chunk.trips], **told))


def encode_rows(chunk: RowChunk) -> bytes:
    """Write a header line and the rows after it."""
    header = {
        "encoding": TRIPS_ENCODING,
        "drop_id": chunk.drop_id,
        "attempt_id": chunk.attempt_id,
        "lane": chunk.lane,
        "chunk": chunk.chunk,
        "rows": len(chunk.rows),
        "member": chunk.member,
        "first_line": chunk.first_line,
    }
    return "\n".join((_json(header), *chunk.rows)).encode()


def decode_trips(value: bytes) -> TripChunk:
    """Read what encode_trips wrote."""
    header, body = _header_and_body(value, TRIPS_ENCODING)
    rows = csv.reader(body, strict=True)
    return TripChunk(
        drop_id=header["drop_id"],
        attempt_id=header["attempt_id"],
        lane=Lane(header["lane"]),
        chunk=header["chunk"],
        trips=tuple(Trip._make(row) for row in rows),
        member=header["member"],
        first_line=header["first_line"],
    )


def csv_row(texts: Iterable[str]) -> str:
    """Write texts without line breaks as the fields of an RFC 4180 row."""
    return ",".join([text if is_plain(text) else _quoted(text) for text in texts])


def is_plain(text: str) -> bool:
    """Return whether a text without line breaks can go into a row unquoted."""
    return "," not in text and '"' not in text


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def encode_stations(chunk: StationChunk) -> bytes:
    """Write a header line and one JSON object per station."""
    header = {
        "encoding": STATIONS_ENCODING,
        "drop_id": chunk.drop_id,
        "attempt_id": chunk.attempt_id,
        "lane": Lane.STATIONS,
        "chunk": chunk.chunk,
        "rows": len(chunk.stations),
        "feed": chunk.feed,
        "feed_at": utc_text(chunk.feed_at),
    }
    lines = [_json(header), *(_json(asdict(station)) for station in chunk.stations)]
    return "\n".join(lines).encode()


def decode_stations(value: bytes) -> StationChunk:
    """Read what encode_stations wrote."""
    header, body = _header_and_body(value, STATIONS_ENCODING)
    feed = Feed(header["feed"])
    kind = StationInformation if feed is Feed.INFORMATION else StationStatus
    return StationChunk(
        drop_id=header["drop_id"],
        attempt_id=header["attempt_id"],
        chunk=header["chunk"],
        feed=feed,
        feed_at=from_utc_text(header["feed_at"]),
        stations=tuple(_station(kind, json.loads(line)) for line in body),
    )


def _station(kind: type[Station], written: dict[str, Any]) -> Station:
    known = {name: written[name] for name in (f.name for f in fields(kind)) if name in written}
    return kind(**{**known, "aliases": tuple(known.get("aliases") or ())})


def encode_summary(summary: DropSummary) -> bytes:
    """Write one JSON object that accounts for every row of an attempt."""
    written = {"encoding": DROPS_ENCODING}
    for name, value in asdict(summary).items():
        written[name] = utc_text(value) if isinstance(value, datetime) else value
    return _json(written).encode()


def decode_summary(value: bytes) -> DropSummary:
    """Read what encode_summary wrote."""
    written = json.loads(value)
    _check_encoding(written, DROPS_ENCODING)
    known = {f.name: written[f.name] for f in fields(DropSummary) if f.name in written}
    for name in ("received_at", "started_at", "finished_at"):
        known[name] = from_utc_text(known[name])
    for name in ("first_event_at", "last_event_at"):
        known[name] = from_utc_text_or_none(known[name])
    return DropSummary(
        **{**known, "lane": Lane(known["lane"]), "outcome": Outcome(known["outcome"])}
    )


def _header_and_body(value: bytes, encoding: str) -> tuple[dict[str, Any], list[str]]:
    first, _, rest = value.decode().partition("\n")
    header = json.loads(first)
    _check_encoding(header, encoding)
    # Not splitlines(): a name may hold a character that ends a line for Python but not for CSV.
    return header, rest.split("\n") if rest else []


def _check_encoding(header: Mapping[str, Any], expected: str) -> None:
    found = header.get("encoding")
    if found != expected:
        message = f"the record is in encoding {found!r}; this code reads {expected!r}"
        raise UnknownEncodingError(message)


def _json(written: Mapping[str, Any]) -> str:
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"))
