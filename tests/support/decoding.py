"""Kafka records of trips written, and all records read back; the job reads them in Spark."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from bikeshare.drops import Lane
from bikeshare.messages import (
    DROPS_ENCODING,
    STATIONS_ENCODING,
    TRIPS_ENCODING,
    DropSummary,
    Outcome,
    RowChunk,
    StationChunk,
    csv_row,
    encode_rows,
)
from bikeshare.stations import Feed, Station, StationInformation, StationStatus
from bikeshare.trips import Trip
from bikeshare.utc import from_utc_text, from_utc_text_or_none


class UnknownEncodingError(Exception):
    """A record that is not in the encoding that was to be read."""


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


def encode_trips(chunk: TripChunk) -> bytes:
    """Write a header line and one CSV row per trip."""
    told = {f.name: getattr(chunk, f.name) for f in fields(RowChunk) if f.name != "rows"}
    return encode_rows(RowChunk(rows=[csv_row(trip) for trip in chunk.trips], **told))


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


def _header_and_body(value: bytes, encoding: str) -> tuple[dict[str, Any], list[str]]:
    first, _, rest = value.decode().partition("\n")
    header = json.loads(first)
    _check_encoding(header, encoding)
    # Not splitlines(): a name may hold a character that ends a line for Python but not for CSV.
    return header, rest.split("\n") if rest else []


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


def _check_encoding(header: Mapping[str, Any], expected: str) -> None:
    found = header.get("encoding")
    if found != expected:
        message = f"the record is in encoding {found!r}; this code reads {expected!r}"
        raise UnknownEncodingError(message)
