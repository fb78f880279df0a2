"""
Write a micro-batch to Postgres bite by bite: COPY some records and apply them in one transaction.

To the database, each bite is a batch of its own, and it applies one at a time. So one task per
lane is enough; while it waits for the database it stages the next bite in separate tables.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import cycle

import psycopg2
from psycopg2.extensions import connection as Connection
from pyspark.sql import DataFrame

from bikeshare.drops import Lane
from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.records import staging_rows
from glue_jobs.availability.staging import EMPTY_STAGING, StagingRow, stage_records

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

SETTLE = """
    SELECT set_config('search_path', %s, false),
        set_config('idle_in_transaction_session_timeout', %s, false)
"""
APPLY = "SELECT rows_seen, rows_applied FROM apply_batch(%s, %s)"


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
