"""The database driver, against the database."""

from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from local_stack.services.postgres import Postgres

pytestmark = pytest.mark.integration


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    """Start a cluster that is gone after the test."""
    with Postgres(home=tmp_path) as running:
        yield running


def ask(postgres: Postgres, question: str) -> object:
    """Run one statement and return its first row."""
    connection = psycopg2.connect(postgres.dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(question)
        answer = cursor.fetchone() if cursor.description else None
    connection.close()
    return answer


class TestPostgres:
    """What a client of the database relies on."""

    def test_keeps_text_of_any_station(self, postgres: Postgres) -> None:
        """Station names hold any character, and sort the same on every machine."""
        assert ask(postgres, "SELECT getdatabaseencoding()") == ("UTF8",)
        assert ask(postgres, "SELECT 'é' > 'z' COLLATE \"default\"") == (True,)

    def test_keeps_its_data_and_its_address_over_a_restart(self, postgres: Postgres) -> None:
        """What was committed is there after a stop, at the same address."""
        ask(postgres, "CREATE TABLE kept AS SELECT 42 AS answer")
        address = postgres.address

        postgres.stop()
        postgres.start()

        assert postgres.address == address
        assert ask(postgres, "SELECT answer FROM kept") == (42,)

    def test_recovers_what_was_committed_before_a_kill(self, postgres: Postgres) -> None:
        """A killed database loses nothing that it had confirmed."""
        ask(postgres, "CREATE TABLE kept AS SELECT 42 AS answer")
        assert postgres.child is not None
        postgres.child._process.kill()

        postgres.stop()
        postgres.start()

        assert ask(postgres, "SELECT answer FROM kept") == (42,)

    def test_leaves_nothing(self, tmp_path: Path) -> None:
        """A fixture that left a cluster behind would fill the disk."""
        with Postgres(home=tmp_path) as postgres:
            folder, running = postgres.folder, postgres.is_running()

        assert running
        assert not postgres.is_running()
        assert not folder.exists()
