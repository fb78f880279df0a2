"""The stack's database as its owner sees it from outside: queries, locks and refusals."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2.extensions import connection as Connection

from tests.chaos.expectation import LedgerRow

APPLY_LOCK = "hashtext('bikeshare.apply_batch')"
WAITING = """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND NOT granted AND database =
        (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# What makes up the state, each part in a fixed order; versions count batches, not rows.
STATE = (
    "SELECT * FROM trip ORDER BY trip_key",
    "SELECT bike_id, trip_key, station_id FROM bike ORDER BY bike_id",
    "SELECT * FROM station ORDER BY station_id",
    """
    SELECT station_id, num_bikes_available, num_ebikes_available, num_docks_available, is_installed,
        is_renting, is_returning, last_reported, anchored_at, unheld_bikes, drift, net_flow
    FROM station_status ORDER BY station_id
    """,
    """
    SELECT alias, day, departures, arrivals FROM station_day_flow
    WHERE departures <> 0 OR arrivals <> 0 ORDER BY alias, day
    """,
    "SELECT event_clock, trips FROM system_state",
)
POLL_S = 0.02


@dataclass(frozen=True)
class AttemptRow:
    """One attempt with the drop it belongs to; the fields are the columns of ATTEMPTS."""

    key: str | None
    state: str
    outcome: str | None
    is_complete: bool
    rows_read: int | None
    rows_published: int | None
    rows_rejected: int | None
    rows_seen: int
    rows_applied: int


ATTEMPTS = """
    SELECT drop_account.key, drop_account.state, attempt.outcome, attempt.completed_at IS NOT NULL,
        attempt.rows_read, attempt.rows_published, attempt.rows_rejected,
        attempt.rows_seen, attempt.rows_applied
    FROM attempt
    JOIN drop_account USING (drop_id)
"""


class Database:
    """Queries one stack's database, over a new connection each time."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

    @contextmanager
    def connected(self, name: str = "") -> Iterator[Connection]:
        """Connect to the product's database, or to another on the same server."""
        dsn = urlunsplit(urlsplit(self.dsn)._replace(path=f"/{name}")) if name else self.dsn
        with closing(psycopg2.connect(dsn, options="-c timezone=UTC")) as connection:
            connection.autocommit = True
            yield connection

    def rows(self, statement: str, values: Sequence[Any] = (), *, of: str = "") -> list[Any]:
        """Run a query and return its rows."""
        with self.connected(of) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall()

    def run(self, statement: str, *, of: str = "") -> None:
        """Run a statement that returns nothing."""
        with self.connected(of) as connection, connection.cursor() as cursor:
            cursor.execute(statement)

    def ledger(self) -> set[LedgerRow]:
        """Return every trip, keyed as the recomputation keys it."""
        found = self.rows(
            "SELECT trip_key, bike_id, started_at, ended_at, start_station_id, end_station_id"
            " FROM trip"
        )
        return {
            (f"{bike}@{began.isoformat()}" if bike else key, bike, began, *rest)
            for key, bike, began, *rest in found
        }

    def attempts(self) -> list[AttemptRow]:
        """Return every attempt at every drop."""
        return [AttemptRow(*row) for row in self.rows(ATTEMPTS)]

    def unreadable(self) -> int:
        """Count the Kafka records that were set aside."""
        return int(self.rows("SELECT count(*) FROM unreadable_record")[0][0])

    def batches(self) -> int:
        """Return a number that grows with each committed batch."""
        return int(self.rows("SELECT coalesce(max(number), 0) FROM applied_batch")[0][0])

    def state_hash(self) -> str:
        """Return a digest that is equal exactly for equal states."""
        digest = hashlib.sha256()
        with self.connected() as connection, connection.cursor() as cursor:
            for statement in STATE:
                cursor.execute(statement)
                for row in cursor:
                    digest.update(repr(row).encode())
        return digest.hexdigest()

    @contextmanager
    def batches_held(self) -> Iterator[None]:
        """Block every batch once it is staged, before it makes its first change."""
        with self.connected() as connection, connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_lock({APPLY_LOCK})")
            yield

    def wait_for_held_batch(self, timeout_s: float = 60) -> None:
        """Wait until a batch is staged and blocked."""
        deadline = time.monotonic() + timeout_s
        while not self.rows(WAITING)[0][0]:
            if time.monotonic() > deadline:
                message = "no batch came to the point where it was to be stopped"
                raise TimeoutError(message)
            time.sleep(POLL_S)

    def cut_sessions(self) -> None:
        """Terminate every session of the product."""
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = 'bikeshare' AND pid <> pg_backend_pid()",
            of="postgres",
        )

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Refuse all connections."""
        self.run("ALTER DATABASE bikeshare ALLOW_CONNECTIONS false", of="postgres")
        try:
            self.cut_sessions()
            yield
        finally:
            self.run("ALTER DATABASE bikeshare ALLOW_CONNECTIONS true", of="postgres")
