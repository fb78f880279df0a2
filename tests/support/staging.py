"""Kafka records staged without Spark, for SQL tests that need thousands of batches."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.records import STATION_COLUMNS, SUMMARY_COLUMNS
from glue_jobs.availability.sink import APPLY, connect_to_staging
from glue_jobs.availability.staging import EMPTY_STAGING, copy_records

STATE = """
    TRUNCATE trip, bike, station_alias, station_link, station_information_snapshot,
        station_status_snapshot, uncounted_status, station, station_status, forgotten_minutes,
        drop, attempt, bike_move, applied_chunk, applied_batch, unreadable_record,
        event_clock_step, station_gone, system_flow, station_day_flow, drop_total;
    UPDATE system_state SET event_clock = NULL, version = 0, trips = 0;
"""

Record = tuple[str, bytes]


@dataclass(frozen=True, kw_only=True)
class Staged:
    """One record in the form that Spark's `staging_rows` gives it."""

    topic: str
    kafka_partition: int
    kafka_offset: int
    table: str
    record_row: str
    rows: str | None
    value: bytes
    row_count: int = 1
    reason: None = None


def staged(topic: str, value: bytes, offset: int) -> Staged:
    """
    Stage one well-formed record as Spark does, by tests/integration/glue_jobs/test_records.py.

    Only a number below 0.001 is written otherwise: its exponent is Python's, not Java's.
    """
    first, _, body = value.decode(errors="replace").partition("\n")
    header = json.loads(first)
    where = (0, offset)
    if topic == "drops":
        table, rows, known = "staged_summary", [[header[name] for name in SUMMARY_COLUMNS]], {}
    elif topic == "stations":
        stations = [json.loads(line) for line in body.split("\n")]
        feed = (header["feed"], header["feed_at"])
        rows = [(*where, *feed, *(one.get(name) for name in STATION_COLUMNS)) for one in stations]
        table, known = "staged_station", header
    else:
        table, rows, known = "staged_trip", None, header
    names = ("drop_id", "attempt_id", "lane", "chunk", "rows")
    record = (topic, *where, "2019-07-01T12:00:00.000Z", *(known.get(name) for name in names))
    return Staged(
        topic=topic,
        kafka_partition=0,
        kafka_offset=offset,
        table=table,
        record_row=_csv([record]),
        rows=rows and _csv(rows),
        value=value,
        row_count=known.get("rows", 1),
    )


def apply_batches(dsn: str, batches: Sequence[Sequence[Record]]) -> None:
    """Apply these batches to a database whose state is emptied first."""
    for _ in applied_one_by_one(dsn, batches):
        pass


def applied_one_by_one(dsn: str, batches: Sequence[Sequence[Record]]) -> Iterator[int]:
    """Apply them likewise, but yield after each so that the test can inspect the result."""
    with closing(connect_to_staging(DatabaseSettings(url=dsn), "live")) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute(STATE)
        for number, records in enumerate(batches):
            with connection, connection.cursor() as cursor:
                cursor.execute(EMPTY_STAGING)
                copy_records(cursor, [staged(*one, offset) for offset, one in enumerate(records)])
                cursor.execute(APPLY, ("live", number))
            yield number


def _csv(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[_text(one) for one in row] for row in rows])
    return text.getvalue().removesuffix("\n")


def _text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value
