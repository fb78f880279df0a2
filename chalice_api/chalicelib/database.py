"""The one database connection of a container: opened on first use, reopened if it dies."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Final, TypeVar

import psycopg2
from psycopg2.extensions import (
    ISOLATION_LEVEL_READ_COMMITTED,
    ISOLATION_LEVEL_REPEATABLE_READ,
    connection,
    cursor,
)

from chalicelib.problems import UnavailableError
from chalicelib.settings import PasswordlessDatabase

Answer = TypeVar("Answer")

CONNECT_TIMEOUT_S = 3
STATEMENT_TIMEOUT_MS = 5000
# A server that hangs cannot enforce its own time-out, so there is a slightly longer one here.
SILENCE_S: Final = 6.0
UNREACHABLE = "the database cannot be reached; try again in a few seconds"
TOO_SLOW = "the database took too long; try again in a few seconds"


class DatabaseUnavailableError(UnavailableError):
    """The database did not answer, or not in time; answered as a 503."""


class Database:
    """
    Access to the database; each read sees one snapshot of the whole state.

    The local server is multi-threaded; its threads take turns on the connection.
    """

    def __init__(self, connect: Callable[[], connection], *, silence_s: float = SILENCE_S) -> None:
        self._connect = connect
        self._silence_s = silence_s
        self._connection: connection | None = None
        self._turn = threading.Lock()

    @classmethod
    def at(cls, address: str | PasswordlessDatabase) -> "Database":
        """Return the database at an address, without connecting yet."""
        if isinstance(address, PasswordlessDatabase):
            return cls(lambda: connect_with_token(address))
        return cls(lambda: connect_to_url(address))

    def read(self, ask: Callable[[cursor], Answer]) -> Answer:
        """Run a query in a read-only transaction; reconnect once if the connection is dead."""
        return self._transact(ask, is_reading=True)

    def write(self, ask: Callable[[cursor], Answer]) -> Answer:
        """Write to the geocoder's tables, all that this role may change; `ask` may run twice."""
        return self._transact(ask, is_reading=False)

    def _transact(self, ask: Callable[[cursor], Answer], *, is_reading: bool) -> Answer:
        with self._in_turn():
            try:
                return self._once(ask, is_reading=is_reading)
            except psycopg2.errors.QueryCanceled as error:
                raise DatabaseUnavailableError(TOO_SLOW) from error
            except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
                is_connected = self._connection is not None
                self._forget()
                if not is_connected:
                    raise DatabaseUnavailableError(UNREACHABLE) from error
            # The connection was dead; a new one may work.
            try:
                return self._once(ask, is_reading=is_reading)
            except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
                self._forget()
                raise DatabaseUnavailableError(UNREACHABLE) from error

    def _once(self, ask: Callable[[cursor], Answer], *, is_reading: bool) -> Answer:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        # Set at BEGIN, not by SET, which would pin the session in RDS Proxy.
        isolation = (
            ISOLATION_LEVEL_REPEATABLE_READ if is_reading else ISOLATION_LEVEL_READ_COMMITTED
        )
        self._connection.isolation_level = isolation
        self._connection.readonly = is_reading
        with (
            cut_off_after(self._silence_s, self._connection),
            self._connection as transaction,
            transaction.cursor() as asked,
        ):
            return ask(asked)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=self._silence_s):
            raise DatabaseUnavailableError(TOO_SLOW)
        try:
            yield
        finally:
            self._turn.release()

    def _forget(self) -> None:
        if self._connection is not None:
            with closing(self._connection):
                self._connection = None


@contextmanager
def cut_off_after(silence_s: float, connected: connection) -> Iterator[None]:
    """Hang up on a server that is silent for that long, which raises OperationalError."""
    # A duplicate descriptor, since the connection's own may belong to another file by then.
    with closing(socket.socket(fileno=os.dup(connected.fileno()))) as line:

        def hang_up() -> None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(silence_s, hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def connect_to_url(url: str) -> connection:
    """Connect to the DATABASE_URL."""
    return psycopg2.connect(
        url,
        connect_timeout=CONNECT_TIMEOUT_S,
        application_name="bikeshare-api",
        options=f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC",
    )


def connect_with_token(database: PasswordlessDatabase) -> connection:
    """
    Connect with an IAM token over verified TLS.

    RDS Proxy accepts no options, so the statement time-out is a setting of the role itself.
    """
    import boto3

    token = boto3.client("rds").generate_db_auth_token(
        DBHostname=database.host, Port=database.port, DBUsername=database.user
    )
    return psycopg2.connect(
        host=database.host,
        port=database.port,
        dbname=database.name,
        user=database.user,
        password=token,
        connect_timeout=CONNECT_TIMEOUT_S,
        application_name="bikeshare-api",
        sslmode="verify-full",
        sslrootcert="system",
    )
