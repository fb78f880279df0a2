import socket
import threading
from typing import Any, Self

import psycopg2
import pytest
from chalicelib.database import Database, DatabaseUnavailableError
from chalicelib.settings import PasswordlessDatabase


class FakeConnection:
    """A connection that answers, or fails as often as it is told to."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.closed = 0
        self.isolation_level: Any = None
        self.readonly: Any = None
        self.line, self.server = socket.socketpair()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the transaction."""

    def cursor(self) -> Self:
        """Return itself: it is its own cursor."""
        if self.failures:
            raise self.failures.pop(0)
        return self

    def fileno(self) -> int:
        """Return the descriptor of the socket to the server."""
        return self.line.fileno()

    def close(self) -> None:
        """Close the connection."""
        self.closed = 1


def database_of(
    *connections: FakeConnection | Exception, silence_s: float = 10
) -> tuple[Database, list[Any]]:
    """Return a database that gets these connections in order, and a list of those opened so far."""
    waiting, opened = list(connections), []

    def connect() -> Any:
        connection = waiting.pop(0)
        opened.append(connection)
        if isinstance(connection, Exception):
            raise connection
        return connection

    return Database(connect, silence_s=silence_s), opened


class TestDatabase:
    """One connection, kept for as long as it lives."""

    def test_connects_on_first_use_and_once(self) -> None:
        """A warm container answers without connecting."""
        database, opened = database_of(FakeConnection())

        assert opened == []
        assert [database.read(lambda _: "answer") for _ in range(2)] == ["answer", "answer"]
        assert len(opened) == 1

    def test_only_reads_and_from_one_snapshot(self) -> None:
        """An answer never mixes two states, and no bug can change anything."""
        connection = FakeConnection()
        database, _ = database_of(connection)
        database.read(lambda _: None)

        assert connection.readonly is True
        assert connection.isolation_level == psycopg2.extensions.ISOLATION_LEVEL_REPEATABLE_READ

    def test_opens_a_dead_connection_again(self) -> None:
        """A database restart costs one caller a moment, and nobody an error."""
        dead = FakeConnection(psycopg2.OperationalError("server closed the connection"))
        database, opened = database_of(dead, FakeConnection())

        assert database.read(lambda _: "answer") == "answer"
        assert dead.closed
        assert len(opened) == 2

    def test_says_that_the_database_is_away(self) -> None:
        """At once, if none can be opened; the next call tries again."""
        away = psycopg2.OperationalError("connection refused")
        database, _ = database_of(away, FakeConnection())

        with pytest.raises(DatabaseUnavailableError, match="cannot be reached"):
            database.read(lambda _: None)
        assert database.read(lambda _: "answer") == "answer"

    def test_does_not_ask_a_slow_question_twice(self) -> None:
        """A query that timed out would only make things worse."""
        slow = FakeConnection(psycopg2.errors.QueryCanceled("statement timeout"))
        database, opened = database_of(slow)

        with pytest.raises(DatabaseUnavailableError, match="too long"):
            database.read(lambda _: None)
        assert len(opened) == 1

    @pytest.mark.parametrize(
        "mistake", [psycopg2.ProgrammingError("no such column"), psycopg2.DataError("bad value")]
    )
    def test_calls_no_mistake_of_ours_an_outage(self, mistake: psycopg2.Error) -> None:
        """A wrong query is an error to be seen, whatever the state of the database."""
        database, opened = database_of(FakeConnection(mistake))

        with pytest.raises(type(mistake), match=str(mistake)):
            database.read(lambda _: None)
        assert database.read(lambda _: "answer") == "answer"
        assert len(opened) == 1

    def test_lets_nobody_wait_for_ever_for_a_turn(self) -> None:
        """The one who reads may be waiting for a server that hangs."""
        database, _ = database_of(FakeConnection(), silence_s=0.05)
        reads, done = threading.Event(), threading.Event()

        def wait(_: object) -> None:
            reads.set()
            done.wait(timeout=10)

        slow = threading.Thread(target=database.read, args=[wait])
        slow.start()
        assert reads.wait(timeout=10)

        with pytest.raises(DatabaseUnavailableError, match="too long"):
            database.read(lambda _: None)
        done.set()
        slow.join(timeout=10)
        assert database.read(lambda _: "answer") == "answer"

    def test_hangs_up_on_a_server_that_says_nothing(self) -> None:
        """The waiting reader gets an end of file; until then the connection is left alone."""
        silent = FakeConnection()
        database, _ = database_of(silent, silence_s=0.05)
        silent.line.settimeout(10)

        assert database.read(lambda _: "answer") == "answer"
        silent.server.sendall(b"!")
        assert silent.line.recv(1) == b"!"
        assert database.read(lambda _: silent.line.recv(1)) == b""

    def test_signs_its_way_in_on_aws(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The token is made on the spot from the function's own role; nothing listens on port 1."""
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "an-example")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        database = Database.at(
            PasswordlessDatabase(host="127.0.0.1", port=1, name="bikeshare", user="reader")
        )

        with pytest.raises(DatabaseUnavailableError) as refused:
            database.read(lambda _: None)
        assert "port 1 failed: Connection refused" in str(refused.value.__cause__)
