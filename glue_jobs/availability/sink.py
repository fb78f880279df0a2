"""Put a micro-batch into Postgres: executors COPY it, the driver applies it in one transaction."""

import io
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import partial
from typing import Protocol

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from pyspark.sql import DataFrame

from glue_jobs.availability.database import DatabaseSettings
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
SET_ASIDE = """
    INSERT INTO staged_unreadable (topic, kafka_partition, kafka_offset, reason, value)
    VALUES (%s, %s, %s, %s, %s)
"""
APPLY = "SELECT rows_seen, rows_applied FROM apply_batch(%s, %s)"


class StagingRow(Protocol):
    """One Kafka record as `staging_rows` writes it."""

    topic: str
    kafka_partition: int
    kafka_offset: int
    table: str | None
    record_row: str | None
    rows: str | None
    reason: str | None
    value: bytes


class BatchWriter:
    """Applies one lane's batches of `staging_rows`; call it with what `foreachBatch` gives."""

    def __init__(self, *, lane: str, database: DatabaseSettings, partitions: int) -> None:
        self.lane = lane
        self.database = database
        self.partitions = partitions
        self._connection: Connection | None = None

    def __call__(self, batch: DataFrame, batch_id: int) -> None:
        """
        Stage the batch, then apply it.

        One connection empties staging and applies it: staging is unlogged, so a database that
        restarts in between comes back with it empty. Then this connection is broken too, and the
        batch fails and runs again instead of passing for done with nothing in it.
        """
        try:
            self._write(batch, batch_id)
        except BaseException:
            self.close()
            raise

    def _write(self, batch: DataFrame, batch_id: int) -> None:
        connection = self._connected()
        with connection, connection.cursor() as cursor:
            cursor.execute(EMPTY_STAGING)
        stage = partial(stage_records, lane=self.lane, database=self.database)
        batch.coalesce(self.partitions).foreachPartition(stage)
        with connection, connection.cursor() as cursor:
            cursor.execute(APPLY, (self.lane, batch_id))
            seen, applied = cursor.fetchone() or (0, 0)
        logger.info(
            "batch applied lane=%s batch=%d seen=%d applied=%d", self.lane, batch_id, seen, applied
        )

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = connect_to_lane(self.database, self.lane)
        return self._connection

    def close(self) -> None:
        """Let go of the connection; the next batch opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def connect_to_lane(database: DatabaseSettings, lane: str) -> Connection:
    """Connect so that staging tables are those of the lane's own schema."""
    connection = database.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT set_config('search_path', %s, false)", (f"public, {lane}",))
    return connection


def stage_records(records: Iterable[StagingRow], *, lane: str, database: DatabaseSettings) -> None:
    """
    COPY one partition of a batch, on the executor that holds it.

    A task that runs twice stages its records twice, which changes nothing: apply_batch counts a
    chunk once.
    """
    staged = list(records)  # as many as max_records_per_trigger lets in
    if not staged:
        return
    with closing(connect_to_lane(database, lane)) as connection:
        try:
            with connection, connection.cursor() as cursor:
                copy_records(cursor, staged)
        except (psycopg2.DataError, psycopg2.IntegrityError):
            with connection, connection.cursor() as cursor:
                copy_one_by_one(cursor, staged)


def copy_records(cursor: Cursor, records: Sequence[StagingRow]) -> None:
    """COPY records that Postgres can read, and set aside those already known to be unreadable."""
    readable = [record for record in records if record.table is not None]
    _copy(cursor, COPY_RECORDS, (record.record_row for record in readable))
    for table, statement in COPY_ROWS.items():
        _copy(cursor, statement, (record.rows for record in readable if record.table == table))
    for record in records:
        if record.table is None:
            _set_aside(cursor, record, record.reason or "unreadable")


def copy_one_by_one(cursor: Cursor, records: Sequence[StagingRow]) -> None:
    """
    COPY each record in its own savepoint, so that one that Postgres refuses stops no other.

    A record that is refused for some of its rows is set aside whole, and its good rows go on. It
    does not count: its attempt stays unfinished, since not all of its rows were applied.
    """
    for record in records:
        refusal = _refusal(cursor, partial(copy_records, cursor, [record]))
        if refusal is not None:
            _set_aside(cursor, record, refusal)
            if record.table and record.rows and _takes_header(cursor, record):
                _copy_good_rows(cursor, COPY_ROWS[record.table], record.rows.split("\n"))


def _takes_header(cursor: Cursor, record: StagingRow) -> bool:
    """Tell whether Postgres takes what a record says of itself: rows from nowhere are not ours."""
    cursor.execute("SAVEPOINT header")
    refusal = _refusal(cursor, partial(_copy, cursor, COPY_RECORDS, [record.record_row]))
    cursor.execute("ROLLBACK TO SAVEPOINT header")
    cursor.execute("RELEASE SAVEPOINT header")
    return refusal is None


def _copy_good_rows(cursor: Cursor, statement: str, rows: Sequence[str]) -> None:
    """COPY what Postgres takes of some rows, by halves."""
    refusal = _refusal(cursor, partial(_copy, cursor, statement, rows))
    if refusal is not None and len(rows) > 1:
        middle = len(rows) // 2
        _copy_good_rows(cursor, statement, rows[:middle])
        _copy_good_rows(cursor, statement, rows[middle:])


def _refusal(cursor: Cursor, copy: Callable[[], None]) -> str | None:
    """Try to COPY, and undo it and say why where Postgres refuses what is in it."""
    cursor.execute("SAVEPOINT copying")
    try:
        copy()
    except (psycopg2.DataError, psycopg2.IntegrityError) as error:
        cursor.execute("ROLLBACK TO SAVEPOINT copying")
        return str(error).strip()
    finally:
        cursor.execute("RELEASE SAVEPOINT copying")
    return None


def _copy(cursor: Cursor, statement: str, texts: Iterable[str | None]) -> None:
    text = "".join(f"{text}\n" for text in texts)
    if text:
        cursor.copy_expert(statement, io.StringIO(text))


def _set_aside(cursor: Cursor, record: StagingRow, reason: str) -> None:
    where = (record.topic, record.kafka_partition, record.kafka_offset)
    cursor.execute(SET_ASIDE, (*where, reason, psycopg2.Binary(record.value)))
    logger.warning("record set aside topic=%s partition=%d offset=%d", *where)
