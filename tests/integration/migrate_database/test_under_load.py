"""A migration while rows flow, as in every deployment: the job does not know about it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from threading import Event

import psycopg2
import pytest
from chalicelib.queries import drop_totals

from bikeshare.drops import Lane
from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.sink import connect_to_staging, staging_schemas
from glue_jobs.availability.staging import EMPTY_STAGING
from lambdas.migrate_database.migration import upgrade
from tests.support.availability import at, trip, trips
from tests.support.batches import apply_batch, create_database
from tests.support.drop_totals import added_up

pytestmark = pytest.mark.integration

# The schema that the last released version of the job may meet.
BEFORE = "0012"
BATCHES_AFTER = 3


def flow(dsn: str, stop: Event, begun: Event) -> int:
    """Apply one batch after the other, each until it is in, as the job does; return how many."""
    applied, since = 0, 0
    lane = connect_to_staging(DatabaseSettings(url=dsn), "live")
    while since < BATCHES_AFTER:
        ride = trip("A", "B", at(8, applied % 60), at(9), key=f"ride {applied}")
        try:
            apply_batch(lane, applied, [trips(ride, drop=f"drop {applied}")])
        except psycopg2.Error:
            lane.close()
            lane = connect_to_staging(DatabaseSettings(url=dsn), "live")
            continue
        applied += 1
        begun.set()
        since += stop.is_set()
    lane.close()
    return applied


@pytest.fixture
def older(postgres: str) -> Iterator[str]:
    """A database that was migrated some releases ago; yields its DSN."""
    dsn = create_database(postgres, "older", BEFORE)
    yield dsn
    with closing(psycopg2.connect(postgres)) as owner:
        owner.autocommit = True
        owner.cursor().execute("DROP DATABASE older WITH (FORCE)")


def test_rows_flow_on_while_the_schema_changes(older: str) -> None:
    """Every batch before, during and after the migration is applied, once."""
    stop, begun = Event(), Event()
    with ThreadPoolExecutor(1) as pool:
        flowing = pool.submit(flow, older, stop, begun)
        try:
            assert begun.wait(60)
            revision = upgrade(older)
        finally:
            stop.set()
        applied = flowing.result(timeout=120)

    with closing(psycopg2.connect(older)) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM trip")
        assert cursor.fetchone() == (applied,)
        cursor.execute("SELECT version_num FROM alembic_version")
        assert cursor.fetchone() == (revision,)
        totals = drop_totals(cursor)
        assert [(row.state, row.drops) for row in totals] == [("publishing", applied)]
        assert totals == added_up(cursor)


@pytest.mark.parametrize("lane", [Lane.LIVE, Lane.BACKFILL])
def test_waits_for_a_bite_that_is_staged(postgres: str, lane: Lane) -> None:
    """Whichever tables it is staged in, the functions that it began with apply it."""
    dsn = create_database(postgres, f"staged_{lane}", "head")
    for schema in staging_schemas(lane):
        with (
            ThreadPoolExecutor(1) as pool,
            closing(connect_to_staging(DatabaseSettings(url=dsn), schema)) as connection,
        ):
            connection.cursor().execute(EMPTY_STAGING)
            upgrading = pool.submit(upgrade, dsn)
            assert not wait([upgrading], timeout=2).done
            connection.commit()
            assert upgrading.result(timeout=60)
