"""Databases at any revision, and batches applied to what they already hold."""

import time
from collections.abc import Sequence
from contextlib import closing
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from alembic import command
from alembic.config import Config
from psycopg2.extensions import connection as Connection

from glue_jobs.availability.sink import APPLY
from glue_jobs.availability.staging import EMPTY_STAGING, copy_records
from lambdas.migrate_database.migration import MIGRATIONS, sqlalchemy_url
from tests.support.staging import Record, staged


def create_database(server: str, name: str, revision: str) -> str:
    """Create a database at this revision; return its DSN."""
    with closing(psycopg2.connect(server)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
    dsn = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = sqlalchemy_url(dsn)
    command.upgrade(config, revision)
    return dsn


def apply_batch(lane: Connection, number: int, records: Sequence[Record]) -> float:
    """Stage one batch and apply it in one transaction; return the seconds that applying took."""
    with lane, lane.cursor() as cursor:
        cursor.execute(EMPTY_STAGING)
        copy_records(cursor, [staged(*one, offset) for offset, one in enumerate(records)])
        started = time.perf_counter()
        cursor.execute(APPLY, ("live", number))
    return time.perf_counter() - started
