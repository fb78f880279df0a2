"""Drops by state, as totals and as lists: always what looking at all of them would give."""

import uuid
from collections.abc import Sequence
from contextlib import closing

import psycopg2
import pytest
from chalicelib.queries import NEWEST_DROPS_IN_STATE, DropPage, DropTotals, drop_totals, drops
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
STATES = ("publishing", "applying", "complete", "refused")


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A few rows of an attempt, or its summary: right, wrong or a refusal, in any order."""
    drop, attempt = draw(DROP_IDS), draw(ATTEMPT_IDS)
    if draw(st.booleans()):
        rides = draw(st.lists(st.integers(0, 9), min_size=1, max_size=3))
        rows = [trip("A", "B", at(8, ride), at(9), key=f"R{ride}") for ride in rides]
        return trips(*rows, drop=drop, attempt=attempt, chunk=draw(st.integers(0, 1)))
    reason = draw(st.none() | st.just("The file is empty."))
    return summary(draw(st.integers(0, 4)), drop=drop, attempt=attempt, reason=reason)


def kept_and_added_up(dsn: str) -> tuple[list[DropTotals], list[DropTotals]]:
    """Return the totals obtained in both ways."""
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        return drop_totals(cursor), added_up(cursor)


def listed_in(dsn: str, state: str) -> list[str]:
    """Return the drops in a state."""
    page = DropPage(lane=None, state=state, after=None, limit=10)
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        return [row.drop_id for row in drops(cursor, page)]


def plan_of(dsn: str, state: str) -> str:
    """Return Postgres's plan for finding the drops in a state, with sequential scans disabled."""
    page = DropPage(lane=None, state=state, after=None, limit=10)
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        asked = NEWEST_DROPS_IN_STATE[state]
        cursor.execute(f"EXPLAIN {asked}", {**page._asdict(), "after_at": None})
        return "\n".join(line for (line,) in cursor.fetchall())


class TestDropTotals:
    @settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        max_examples=60,
    )
    @given(batches=st.lists(st.lists(records(), max_size=5), max_size=5))
    def test_they_are_what_the_drops_add_up_to(
        self, database: str, batches: Sequence[Sequence[Record]]
    ) -> None:
        """A status that drifts from the drops it sums up would report losses that never were."""
        for _ in applied_one_by_one(database, batches):
            kept, added = kept_and_added_up(database)

            assert kept == added

    @settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        max_examples=30,
    )
    @given(batches=st.lists(st.lists(records(), max_size=5), max_size=5))
    def test_each_is_listed_under_its_state(
        self, database: str, batches: Sequence[Sequence[Record]]
    ) -> None:
        """A refused file missing from the list of refused files would never be mended."""
        for _ in applied_one_by_one(database, batches):
            kept, _ = kept_and_added_up(database)
            listed = {state: len(listed_in(database, state)) for state in STATES}

            assert listed == dict.fromkeys(STATES, 0) | {row.state: row.drops for row in kept}

    @pytest.mark.parametrize("state", ["publishing", "applying", "refused"])
    def test_one_in_a_thousand_is_not_looked_for_among_all(self, database: str, state: str) -> None:
        """After a year of snapshots every minute, a refused file is one in half a million."""
        assert "attempt_without_success" in plan_of(database, state)

    def test_an_upgrade_counts_the_drops_that_are_there(self, postgres: str) -> None:
        """A database of two years begins with their totals, and continues from there."""
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
