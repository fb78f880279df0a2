"""COPY Kafka records into staging tables, and set aside those that Postgres cannot read."""

import io
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import psycopg2
from psycopg2.extensions import cursor as Cursor

from glue_jobs.availability.records import STATION_COLUMNS, SUMMARY_COLUMNS

logger = logging.getLogger(__name__)

EMPTY_STAGING = (
    "TRUNCATE staged_record, staged_trip, staged_station, staged_summary, staged_unreadable"
)
COPY_RECORDS = "COPY staged_record FROM STDIN (FORMAT csv)"
COPY_ROWS = {
    "staged_trip": "COPY staged_trip FROM STDIN (FORMAT csv)",
    "staged_station": "COPY staged_station (kafka_partition, kafka_offset, feed, feed_at, "
    + ", ".join(STATION_COLUMNS)
    + ") FROM STDIN (FORMAT csv)",
    "staged_summary": f"COPY staged_summary ({', '.join(SUMMARY_COLUMNS)}) FROM STDIN (FORMAT csv)",
}
LONGEST_REASON = 1_000
SET_ASIDE = """
    INSERT INTO staged_unreadable (topic, kafka_partition, kafka_offset, reason, value)
    VALUES (%s, %s, %s, %s, %s)
"""


class StagingRow(Protocol):
    """One Kafka record as `staging_rows` writes it; trip rows are left in its value."""

    topic: str
    kafka_partition: int
    kafka_offset: int
    table: str | None
    record_row: str | None
    rows: str | None
    row_count: int
    reason: str | None
    value: bytes


def stage_records(cursor: Cursor, records: Sequence[StagingRow]) -> None:
    """COPY the records, or one by one if Postgres refuses them together."""
    if _refusal(cursor, partial(copy_records, cursor, records)) is not None:
        copy_one_by_one(cursor, records)


def copy_records(cursor: Cursor, records: Sequence[StagingRow]) -> None:
    """COPY records that Postgres can read, and set aside those already known to be unreadable."""
    readable = [record for record in records if record.table is not None]
    _copy(cursor, COPY_RECORDS, [_text(record.record_row) for record in readable])
    for table, statement in COPY_ROWS.items():
        _copy(cursor, statement, [rows_of(record) for record in readable if record.table == table])
    for record in records:
        if record.table is None:
            _set_aside(cursor, record, record.reason or "unreadable")


def copy_one_by_one(cursor: Cursor, records: Sequence[StagingRow]) -> None:
    """
    COPY each record in its own savepoint, so that one that Postgres refuses stops no other.

    A record that is refused for some of its rows is set aside whole, but its good rows are applied.
    Its attempt counts them as applied and stays unfinished, since not all of its rows were.
    """
    for record in records:
        refusal = _refusal(cursor, partial(copy_records, cursor, [record]))
        if refusal is not None:
            _set_aside(cursor, record, refusal)
            if record.table:
                _copy_good_part(cursor, record, COPY_ROWS[record.table])


def _copy_good_part(cursor: Cursor, record: StagingRow, statement: str) -> None:
    """COPY the rows that Postgres accepts, if any, and the record's own line."""
    cursor.execute("SAVEPOINT header")
    header = partial(_copy, cursor, COPY_RECORDS, [_text(record.record_row)])
    # Rows without a header belong to no attempt, and a header without rows tells nothing new.
    if _refusal(cursor, header) is not None or not _copy_good_rows(
        cursor, statement, rows_of(record).split(b"\n")
    ):
        cursor.execute("ROLLBACK TO SAVEPOINT header")
    cursor.execute("RELEASE SAVEPOINT header")


def _copy_good_rows(cursor: Cursor, statement: str, rows: Sequence[bytes]) -> bool:
    """COPY those rows that Postgres accepts, by bisection; return whether there were any."""
    if _refusal(cursor, partial(_copy, cursor, statement, rows)) is None:
        return True
    if len(rows) == 1:
        return False
    middle = len(rows) // 2
    took = [_copy_good_rows(cursor, statement, half) for half in (rows[:middle], rows[middle:])]
    return any(took)


def _refusal(cursor: Cursor, copy: Callable[[], None]) -> str | None:
    """Try to COPY; if Postgres refuses the content, undo it and return why."""
    refusal = None
    cursor.execute("SAVEPOINT copying")
    try:
        copy()
    except (psycopg2.DataError, psycopg2.IntegrityError) as error:
        cursor.execute("ROLLBACK TO SAVEPOINT copying")
        refusal = str(error).strip()
    cursor.execute("RELEASE SAVEPOINT copying")
    return refusal


def rows_of(record: StagingRow) -> bytes:
    """Return a readable record's rows as COPY text; trip rows get their partition and offset."""
    if record.table != "staged_trip":
        return _text(record.rows)
    where = f"{record.kafka_partition},{record.kafka_offset},".encode()
    _, _, body = record.value.partition(b"\n")
    return where + body.replace(b"\n", b"\n" + where)


def _text(written: str | None) -> bytes:
    return (written or "").encode()


def _copy(cursor: Cursor, statement: str, texts: Sequence[bytes]) -> None:
    if texts:
        cursor.copy_expert(statement, io.BytesIO(b"\n".join([*texts, b""])))


def _set_aside(cursor: Cursor, record: StagingRow, reason: str) -> None:
    where = (record.topic, record.kafka_partition, record.kafka_offset)
    # It may quote what the record says, which may be anything.
    told = reason[:LONGEST_REASON].replace("\0", "\N{REPLACEMENT CHARACTER}")
    cursor.execute(SET_ASIDE, (*where, told, psycopg2.Binary(record.value)))
    logger.warning("record set aside topic=%s partition=%d offset=%d", *where)
