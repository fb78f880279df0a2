"""Moves and estimates are a function of the set of rows: shown where bikes and times are few."""

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bikeshare.stations import Feed, StationInformation, StationStatus
from tests.support.availability import Record, snapshot, trips
from tests.support.staging import apply_batches
from tests.support.truth_moves import Estimate, estimates_of, station_moves
from tests.support.truth_snapshots import StationEntry
from tests.support.truth_trips import Stop, TripRow
from tests.support.wire import trip_of

pytestmark = pytest.mark.integration

START = datetime(2019, 7, 1, tzinfo=UTC)
IDS = ("A", "B", "C", "D")
ESTIMATES = "SELECT station_id, estimated_bikes, estimate_method FROM station_status"
MOVES = """
    SELECT station_id, minute, moved_in, moved_out
    FROM station
    CROSS JOIN LATERAL station_moves(station_id, '-infinity', 'infinity')
"""
COUNTED = """
    SELECT alias, net_after_anchor, named_net, unnamed_events, brought, taken, strangers_gone,
        missing_found
    FROM station_alias
    ORDER BY alias
"""
RECOUNT = "SELECT recount_net_flow(array_agg(alias)) FROM station_alias;"
KEPT = "SELECT trip_key, from_alias, left_at, to_alias, seen_at FROM bike_move ORDER BY 1"
REBUILT = """
    SELECT trip_key, from_alias, left_at, to_alias, seen_at
    FROM (SELECT array_agg(trip_key) AS keys FROM trip) every
    CROSS JOIN LATERAL moves_of(every.keys)
    ORDER BY 1
"""


def minute(number: int) -> datetime:
    """A minute of the made-up quarter of an hour."""
    return START + timedelta(minutes=number)


@st.composite
def rides(draw: st.DrawFn) -> TripRow:
    """A trip; few keys make versions that change times, ends and bikes, few bikes make chains."""
    began = draw(st.integers(0, 12))
    length = draw(st.integers(0, 4))
    is_open = draw(st.integers(0, 7)) == 0
    start, end = (draw(st.sampled_from((*IDS[:3], *IDS, None))) for _ in range(2))
    return TripRow(
        key=f"R{draw(st.integers(1, 9))}",
        bike_id=draw(st.sampled_from(("7", "7", "7", "8", "8", None))),
        started_at=minute(began),
        ended_at=None if is_open else minute(began + length),
        start=Stop(start, None, None),
        end=Stop(None if is_open else end, None, None),
    )


@st.composite
def feeds(draw: st.DrawFn) -> list[StationEntry]:
    """One feed: capacities, which may say that C is A too, or counts."""
    feed_at = minute(draw(st.integers(0, 12)))
    if draw(st.integers(0, 2)) == 0:
        alias = draw(st.sampled_from(((), ("C",), ("C",))))
        return [
            StationEntry(feed_at, False, one, aliases, capacity=capacity)  # noqa: FBT003
            for one, aliases, capacity in (("A", alias, 9), ("B", (), 6))
        ]
    said = draw(st.sets(st.sampled_from(IDS[:3]), min_size=1))
    return [
        StationEntry(feed_at, True, one, (), bikes=draw(st.integers(0, 5)))  # noqa: FBT003
        for one in sorted(said)
    ]


def feed_record(number: int, entries: list[StationEntry]) -> Record:
    """One feed as a record."""
    sent = [
        StationStatus(station_id=one.station_id, num_bikes_available=one.bikes)
        if one.is_status
        else StationInformation(
            station_id=one.station_id, aliases=one.aliases, capacity=one.capacity
        )
        for one in entries
    ]
    feed = Feed.STATUS if entries[0].is_status else Feed.INFORMATION
    return snapshot(feed, entries[0].feed_at, *sent, drop=f"feed-{number}")


def read(dsn: str, statement: str) -> list[tuple[object, ...]]:
    """Query the database."""
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def served_moves(dsn: str) -> Mapping[object, Counter[tuple[object, str]]]:
    """Return the moved bikes according to the database."""
    found: dict[object, Counter[tuple[object, str]]] = {}
    for station_id, moment, moved_in, moved_out in read(dsn, MOVES):
        said = {(moment, "in"): moved_in, (moment, "out"): moved_out}
        found.setdefault(station_id, Counter()).update(said)
    return {station_id: +counts for station_id, counts in found.items()}


class TestMovesOfASet:
    @settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(
        rows=st.lists(rides(), min_size=3, max_size=16),
        snapshots=st.lists(feeds(), max_size=4, unique_by=lambda entries: entries[0].feed_at),
        data=st.data(),
    )
    def test_order_and_batching_change_nothing(
        self,
        database: str,
        rows: list[TripRow],
        snapshots: list[list[StationEntry]],
        data: st.DataObject,
    ) -> None:
        """A late trip, a corrected one, a late anchor or alias: all give what the set gives."""
        told = [trips(trip_of(row), chunk=chunk) for chunk, row in enumerate(rows)]
        fed = [feed_record(number, entries) for number, entries in enumerate(snapshots)]
        # Mostly anchors first: counting as rows come is harder than counting when an anchor comes.
        fed_first = data.draw(st.integers(0, 3)) > 0
        order = fed + told if fed_first else data.draw(st.permutations(fed + told))
        cuts = sorted(data.draw(st.sets(st.integers(0, len(order)), max_size=6)))
        bounds = [0, *cuts, len(order)]

        apply_batches(database, [order[a:b] for a, b in pairwise(bounds) if b > a])

        entries = [entry for entries in snapshots for entry in entries]
        # Of otherwise equal versions the greater bike id wins; the recomputation keeps the first.
        rows.sort(key=lambda row: row.bike_id or "", reverse=True)
        assert read(database, KEPT) == read(database, REBUILT)
        assert read(database, COUNTED) == read(database, RECOUNT + COUNTED)
        assert served_moves(database) == station_moves(rows, entries)
        estimates = {row[0]: Estimate(*row[1:]) for row in read(database, ESTIMATES)}
        assert estimates == estimates_of(rows, entries)
