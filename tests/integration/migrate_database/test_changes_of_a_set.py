"""Clients that follow the changes hold what is served: shown on made-up histories."""

from contextlib import closing
from itertools import pairwise
from typing import Any

import psycopg2
import pytest
from chalicelib.changes import version_as_of
from chalicelib.picture import Picture, read_picture
from chalicelib.selection import Wanted, select
from chalicelib.stations import station_object
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.migrate_database.test_state_of_a_set import (
    feed_record,
    feeds,
    rides,
    trip_record,
)
from tests.support.staging import applied_one_by_one
from tests.support.truth_snapshots import StationEntry
from tests.support.truth_trips import TripRow

pytestmark = pytest.mark.integration

# With a condition, a station that no longer fits must be reported too.
FOLLOWED = (Wanted(), Wanted(min_bikes=1))
# The stored sums, and what they sum up; a correction may leave a minute with nothing.
SUMMED = {
    """
    SELECT date_trunc('minute', at, 'UTC'), sum(departures)::int, sum(arrivals)::int
    FROM dock_event GROUP BY 1
    """: "SELECT * FROM system_flow WHERE (departures, arrivals) <> (0, 0)",
    """
    SELECT alias, date_trunc('day', at, 'UTC'), sum(departures)::int, sum(arrivals)::int
    FROM dock_event GROUP BY 1, 2
    """: "SELECT * FROM station_day_flow WHERE (departures, arrivals) <> (0, 0)",
}


def held(picture: Picture, wanted: Wanted) -> dict[str, Any]:
    """Return what a client holds after asking for everything."""
    return {row.station_id: station_object(row) for row in select(picture, wanted).rows}


def brought_up(old: Picture, new: Picture, wanted: Wanted, *, since: int) -> dict[str, Any]:
    """Return what a client holds after applying the changes since an old answer."""
    changes = select(new, Wanted(min_bikes=wanted.min_bikes, since_version=since))
    kept = held(old, wanted) | {row.station_id: station_object(row) for row in changes.rows}
    return {name: one for name, one in kept.items() if name not in (changes.removed or ())}


class TestChangesOfASet:
    @settings(
        max_examples=40,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(rows=st.lists(rides(), max_size=10), snapshots=feeds(), data=st.data())
    def test_none_is_missed(
        self,
        database: str,
        rows: list[TripRow],
        snapshots: list[list[StationEntry]],
        data: st.DataObject,
    ) -> None:
        """By the version or the as_of of any earlier answer, even for late events and new names."""
        records = [trip_record(row, chunk) for chunk, row in enumerate(rows)]
        records += [feed_record(entries, number) for number, entries in enumerate(snapshots)]
        order = data.draw(st.permutations(records))
        cuts = sorted(data.draw(st.sets(st.integers(0, len(order)), max_size=5)))
        batches = [order[a:b] for a, b in pairwise([0, *cuts, len(order)]) if b > a]
        answers = []
        with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
            for _ in applied_one_by_one(database, batches):
                answers.append(read_picture(cursor, known=None))
                connection.commit()
            for old in answers:
                as_of = old.state.event_clock
                moments = [] if as_of is None else [version_as_of(cursor, as_of)]
                for since in (old.state.version, *moments):
                    for wanted in FOLLOWED:
                        told = brought_up(old, answers[-1], wanted, since=since)
                        assert told == held(answers[-1], wanted)
            for events, sums in SUMMED.items():
                cursor.execute(f"({events} EXCEPT {sums}) UNION ALL ({sums} EXCEPT {events})")
                assert cursor.fetchall() == []
