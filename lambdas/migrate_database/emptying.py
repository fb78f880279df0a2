"""Delete everything in the database, to rebuild it from the drops."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

IS_THERE = "SELECT to_regclass('public.system_state') IS NOT NULL"
VERSION = "SELECT version FROM public.system_state"
EMPTY = """
DROP SCHEMA IF EXISTS public, live, backfill, live_2, backfill_2 CASCADE;
CREATE SCHEMA public;
-- As a new database has it; without it the API's user finds no table.
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""
COUNT_ON = "UPDATE public.system_state SET version = :version"


@contextmanager
def emptied(connection: Connection) -> Iterator[None]:
    """
    Empty the database before the block recreates its tables, in the same transaction.

    Versions continue to count up: a client that asks what changed since version 50 must not
    mistake the new 50, which is another state, for the one that it has.
    """
    version = 0
    if connection.execute(text(IS_THERE)).scalar_one():
        version = connection.execute(text(VERSION)).scalar_one()
    connection.execute(text(EMPTY))
    yield
    connection.execute(text(COUNT_ON), {"version": version + 1})
