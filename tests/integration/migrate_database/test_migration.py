"""Migrations on a real Postgres."""

from contextlib import closing

import psycopg2
import pytest

from lambdas.migrate_database.handler import reader_of, set_password
from lambdas.migrate_database.migration import upgrade

pytestmark = pytest.mark.integration


def query(dsn: str, statement: str, *, keep: bool = False) -> list[tuple[object, ...]]:
    """Run a query; with `keep`, commit what it changes."""
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        found = list(cursor.fetchall())
        if keep:
            connection.commit()
    return found


class TestUpgrade:
    def test_a_second_run_changes_nothing(self, database: str) -> None:
        """Every deployment and every start migrates; most have nothing to do."""
        before = query(database, "SELECT version_num FROM alembic_version")

        revision = upgrade(database)

        assert before == [(revision,)]

    def test_an_older_version_leaves_a_newer_schema_as_it_is(self, database: str) -> None:
        """A rollback of the code must not fail because it cannot undo a migration."""
        query(database, "UPDATE alembic_version SET version_num = 'newer' RETURNING 1", keep=True)

        assert upgrade(database) == "newer"
        assert query(database, "SELECT version_num FROM alembic_version") == [("newer",)]

        upgrade(database, anew=True)
        assert query(database, "SELECT count(*) FROM alembic_version WHERE version_num < 'a'") == [
            (1,)
        ]

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO trip (trip_key, started_at) VALUES ('x', now())",
            "UPDATE station_status SET num_bikes_available = 99",
            "DELETE FROM drop",
            "TRUNCATE live.staged_trip",
            "TRUNCATE live_2.staged_trip",
            "SELECT * FROM apply_batch('live', 1)",
            "TRUNCATE geocode_cache",
            "DELETE FROM geocode_turn",
        ],
    )
    def test_the_reader_can_change_nothing(self, database: str, statement: str) -> None:
        """Whatever gets through the API, it cannot touch the state."""
        as_reader = database.replace("//bikeshare@", "//bikeshare_api@")
        writable = "SET TRANSACTION READ WRITE; SET search_path = public, live; "

        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            query(as_reader, writable + statement)

    def test_the_owner_alone_makes_temporary_tables(self, migrated: str) -> None:
        """Those of the reader would fill the disk and pin its session in the proxy."""
        # On the migrated database itself: a copy inherits its tables, but not its privileges.
        make = "SET TRANSACTION READ WRITE; CREATE TEMPORARY TABLE mine (x int); TABLE mine"

        assert query(migrated, make) == []
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="temporary"):
            query(migrated.replace("//bikeshare@", "//bikeshare_api@"), make)

    def test_a_changed_status_touches_no_index(self, migrated: str) -> None:
        """Every batch rewrites the status of many stations, and never its key."""
        indexes = "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = '{}'::regclass"

        assert query(migrated, indexes.format("station_status")) == [("station_status_pkey",)]

    def test_the_reader_sees_what_is_served(self, database: str) -> None:
        """The API's own queries need these and nothing more."""
        as_reader = database.replace("//bikeshare@", "//bikeshare_api@")

        for name in ("station", "station_status", "system_state", "drop_account", "applied_batch"):
            query(as_reader, f"SELECT * FROM {name}")  # noqa: S608 - names above


class TestRotation:
    def test_the_reader_can_change_its_own_password(self, database: str) -> None:
        """Secrets Manager's own function signs in as the reader and does this every month."""
        as_reader = database.replace("//bikeshare@", "//bikeshare_api@")
        with closing(psycopg2.connect(as_reader)) as connection, connection.cursor() as cursor:
            cursor.execute("ALTER USER bikeshare_api WITH PASSWORD 'next'")


class TestSetPassword:
    def test_a_password_from_the_secret_is_taken_as_it_is(self, database: str) -> None:
        """Generated passwords contain quotes and percent signs."""
        set_password(database, **reader_of('{"username":"bikeshare_api","password":"a\'b%s\\"c"}'))

        (found,) = query(
            database, "SELECT rolpassword FROM pg_authid WHERE rolname='bikeshare_api'"
        )
        assert str(found[0]).startswith("SCRAM-SHA-256$")
