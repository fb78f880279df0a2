"""
Write a micro-batch to Postgres bite by bite: COPY some records and apply them in one transaction.

To the database, each bite is a batch of its own, and it applies one at a time. So one task per
lane is enough; while it waits for the database it stages the next bite in separate tables.
"""

import io
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import cycle
from typing import Protocol

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from pyspark.sql import DataFrame

from bikeshare.drops import Lane
from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.records import STATION_COLUMNS, SUMMARY_COLUMNS, staging_rows

logger = logging.getLogger(__name__)

# Each record has a fixed cost, so it counts as at least this many rows.
LEAST_ROWS = 200
# Rows per backfill bite while live rows are arriving, since these wait for such a bite.
YIELDING_ROWS = 5_000
IS_LIVE_AT_WORK = """
    SELECT EXISTS (
        SELECT FROM applied_batch
        WHERE lane = 'live' AND applied_at > clock_timestamp() - interval '10 seconds'
    )
"""
# A task whose machine is gone must not keep the staging tables, or the single writer's lock.
LONGEST_PAUSE = "60s"
# Well below it, to keep alive the transaction of a staged bite that waits for the previous one.
SIGN_OF_LIFE_S = 20

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
SETTLE = """
    SELECT set_config('search_path', %s, false),
        set_config('idle_in_transaction_session_timeout', %s, false)
"""
APPLY = "SELECT rows_seen, rows_applied FROM apply_batch(%s, %s)"


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


class BatchWriter:
    """Applies one lane's batches of Kafka records; pass it to `foreachBatch`."""

    def __init__(self, *, lane: str, database: DatabaseSettings, bite_rows: int) -> None:
        self.lane = lane
        self.database = database
        self.bite_rows = bite_rows

    def __call__(self, batch: DataFrame, batch_id: int) -> None:
        """Apply a batch; one that fails halfway comes again: bites applied twice change nothing."""
        apply = partial(
            apply_records,
            lane=self.lane,
            batch_id=batch_id,
            database=self.database,
            bite_rows=self.bite_rows,
        )
        in_order(batch).transform(staging_rows).foreachPartition(apply)
        logger.info("batch applied lane=%s batch=%d", self.lane, batch_id)


def in_order(records: DataFrame) -> DataFrame:
    """
    Merge the records of all Kafka partitions into one, in the order they were published.

    No result depends on the order. But trips that go back in time cost the database more: they
    find their bikes and minutes already in the ledger.
    """
    return records.coalesce(1).sortWithinPartitions("timestamp", "offset")


def apply_records(
    records: Iterable[StagingRow],
    *,
    lane: str,
    batch_id: int,
    database: DatabaseSettings,
    bite_rows: int,
) -> None:
    """
    Stage and apply the records of a batch, on the executor that holds them.

    A task that runs twice applies its records twice, which changes nothing: apply_batch counts a
    chunk once. Emptying staging tables waits for any task that still applies their content.
    """
    left = iter(records)
    with ExitStack() as stack:
        connections = [
            stack.enter_context(kept_connection(database, schema))
            for schema in staging_schemas(lane)
        ]
        applier = stack.enter_context(ThreadPoolExecutor(max_workers=1))
        applied: Future[None] | None = None
        for connection in cycle(connections):
            bite = bite_of(left, bite_size(connection, lane, most=bite_rows))
            if not bite:
                break
            stage_bite(connection, bite)
            if applied:
                await_turn(applied, connection)
            applied = applier.submit(apply_staged, connection, lane=lane, batch_id=batch_id)
        if applied:
            applied.result()


def bite_of(records: Iterator[StagingRow], rows: int) -> list[StagingRow]:
    """Take records until they have enough `rows`; at least one record, unless none is left."""
    bite, count = list[StagingRow](), 0
    for record in records:
        bite.append(record)
        count += max(record.row_count, LEAST_ROWS)
        if count >= rows:
            break
    return bite


def bite_size(connection: Connection, lane: str, *, most: int) -> int:
    """Choose how many rows to apply at once: few while live rows would wait for them."""
    if lane == Lane.LIVE:
        return most
    with connection, connection.cursor() as cursor:
        cursor.execute(IS_LIVE_AT_WORK)
        (is_live_at_work,) = cursor.fetchone() or (False,)
    return min(most, YIELDING_ROWS) if is_live_at_work else most


def stage_bite(connection: Connection, records: Sequence[StagingRow]) -> None:
    """
    Empty staging tables and fill them, in a transaction that stays open until they are applied.

    Staging is unlogged: a database that crashes comes back with it empty. That breaks this
    transaction too, so nothing passes for applied that was not.
    """
    with connection.cursor() as cursor:
        cursor.execute(EMPTY_STAGING)
        stage_records(cursor, records)


def await_turn(applied: Future[None], connection: Connection) -> None:
    """Wait until the previous bite is applied, and keep the staged one's transaction alive."""
    while not wait([applied], timeout=SIGN_OF_LIFE_S).done:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    applied.result()


def apply_staged(connection: Connection, *, lane: str, batch_id: int) -> None:
    """Apply what is staged in the connection's open transaction, and commit it."""
    with connection, connection.cursor() as cursor:
        cursor.execute(APPLY, (lane, batch_id))


def staging_schemas(lane: str) -> Sequence[str]:
    """Return the schemas of a lane's two sets of staging tables, which are filled in turn."""
    return lane, f"{lane}_2"


# This process's connections, by schema: Postgres makes its plans once per connection.
_kept: dict[str, tuple[DatabaseSettings, Connection]] = {}


@contextmanager
def kept_connection(database: DatabaseSettings, schema: str) -> Iterator[Connection]:
    """
    Yield the connection of the previous batch if it still answers, else a new one.

    It is kept for the next batch unless this one fails.
    """
    connection = _answering(database, schema) or connect_to_staging(database, schema)
    _kept.pop(schema, None)
    try:
        yield connection
    except BaseException:
        connection.close()
        raise
    _kept[schema] = (database, connection)


def _answering(database: DatabaseSettings, schema: str) -> Connection | None:
    of, connection = _kept.get(schema, (None, None))
    if connection is None:
        return None
    if of == database:
        try:
            settle(connection, schema)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            logger.info("the database let go of schema=%s", schema)
        else:
            return connection
    connection.close()
    return None


def connect_to_staging(database: DatabaseSettings, schema: str) -> Connection:
    """Connect so that the staging tables in use are those of this schema."""
    connection = database.connect()
    settle(connection, schema)
    return connection


def settle(connection: Connection, schema: str) -> None:
    """Set where this session's staging tables are, and how long it may hold them while idle."""
    with connection, connection.cursor() as cursor:
        cursor.execute(SETTLE, (f"public, {schema}", LONGEST_PAUSE))


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
