"""The totals of all drops are kept as they change: always what one would get by adding up."""

import uuid
from collections.abc import Sequence
from contextlib import closing

import psycopg2
import pytest
from chalicelib.queries import DropTotals, drop_totals
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.sink import connect_to_staging
from lambdas.migrate_database.migration import upgrade
from tests.support.availability import Record, at, summary, trip, trips
from tests.support.batches import apply_batch, create_database
from tests.support.drop_totals import added_up
from tests.support.staging import applied_one_by_one

pytestmark = pytest.mark.integration

DROP_IDS = st.sampled_from(["d1", "d2", "d3"])
ATTEMPT_IDS = st.sampled_from(["a1", "a2"])
BEFORE_TOTALS = "0021"


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A few rows of an attempt, or its summary: right, wrong or a refusal, and in any order."""
    drop, attempt = draw(DROP_IDS), draw(ATTEMPT_IDS)
    if draw(st.booleans()):
        rides = draw(st.lists(st.integers(0, 9), min_size=1, max_size=3))
        rows = [trip("A", "B", at(8, ride), at(9), key=f"R{ride}") for ride in rides]
        return trips(*rows, drop=drop, attempt=attempt, chunk=draw(st.integers(0, 1)))
    reason = draw(st.none() | st.just("The file is empty."))
    return summary(draw(st.integers(0, 4)), drop=drop, attempt=attempt, reason=reason)


def kept_and_added_up(dsn: str) -> tuple[list[DropTotals], list[DropTotals]]:
    """Ask for the totals in both ways."""
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        return drop_totals(cursor), added_up(cursor)


class TestDropTotals:
    @settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        max_examples=60,
    )
    @given(batches=st.lists(st.lists(records(), max_size=5), max_size=5))
    def test_they_are_what_the_drops_add_up_to(
        self, database: str, batches: Sequence[Sequence[Record]]
    ) -> None:
        """A status that drifts from the drops it sums up would tell of losses that never were."""
        for _ in applied_one_by_one(database, batches):
            kept, added = kept_and_added_up(database)

            assert kept == added

    def test_an_upgrade_counts_the_drops_that_are_there(self, postgres: str) -> None:
        """A database of two years begins with their totals, and goes on from there."""
        dsn = create_database(postgres, f"old_{uuid.uuid4().hex[:12]}", BEFORE_TOTALS)
        rides = [trip("A", "B", at(8, n), at(9), key=f"R{n}") for n in range(4)]
        with closing(connect_to_staging(DatabaseSettings(url=dsn), "live")) as lane:
            apply_batch(lane, 1, [trips(*rides), trips(*rides, drop="again"), summary(4)])
            upgrade(dsn)
            before, _ = kept_and_added_up(dsn)
            apply_batch(lane, 2, [summary(4, drop="again")])
        after, added = kept_and_added_up(dsn)

        assert {row.state: row.drops for row in before} == {"complete": 1, "publishing": 1}
        assert {row.state: row.drops for row in after} == {"complete": 2}
        assert after == added
