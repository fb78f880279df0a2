"""The values of the Kafka records; docs/messages.md shows each of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from bikeshare.drops import Lane
from bikeshare.stations import Feed, Station
from bikeshare.utc import utc_text

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


def encode_summary(summary: DropSummary) -> bytes:
    """Write one JSON object that accounts for every row of an attempt."""
    written = {"encoding": DROPS_ENCODING}
    for name, value in asdict(summary).items():
        written[name] = utc_text(value) if isinstance(value, datetime) else value
    return _json(written).encode()


def _json(written: Mapping[str, Any]) -> str:
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"))
