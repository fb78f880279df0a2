"""Forgetting changes nothing that is served: made-up histories, compared with the whole ledger."""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extensions import connection as Connection

from bikeshare.stations import Feed, StationInformation, StationStatus
from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.sink import connect_to_staging
from tests.support.availability import Record, at, snapshot, trip, trips
from tests.support.batches import apply_batch
from tests.support.staging import STATE

pytestmark = pytest.mark.integration

IDS = ("1", "2", "10", "JC1", "JC2")
PLACES = (*IDS, "")
PHASES = 4
PHASE_MINUTES = 20
SERVED = """
    SELECT station_id, num_bikes_available, num_docks_available, unheld_bikes, drift, net_flow,
        anchored_at, last_reported
    FROM station_status
    ORDER BY station_id
"""
FLOWS = """
    SELECT alias, day, departures, arrivals FROM station_day_flow
    WHERE departures <> 0 OR arrivals <> 0 ORDER BY alias, day
"""
RECOUNT = "SELECT recount_net_flow(array_agg(alias)) FROM station_alias"
COUNTED = "SELECT alias, net_after_anchor FROM station_alias ORDER BY alias"


class History:
    """Rides and snapshots of a few stations; some rides end in a later phase than they began."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._open: list[tuple[str, str, datetime, str]] = []
        self._keys = 0

    def phase(self, number: int) -> list[Record]:
        """Return what comes in one phase: no ride ended before it, but snapshots may be older."""
        chosen = self._random
        records = [self._ended(number) for _ in self._open[:] if chosen.random() < 0.5]
        records += [self._ride(number) for _ in range(chosen.randint(0, 7))]
        records += [self._snapshot(number, n) for n in range(chosen.randint(0, 2))]
        chosen.shuffle(records)
        return records

    def _minute(self, number: int) -> datetime:
        return at(8) + timedelta(minutes=number * PHASE_MINUTES + self._random.randint(0, 19))

    def _ride(self, number: int) -> Record:
        self._keys += 1
        key, began = f"k{self._keys}", self._minute(number)
        start, end = (self._random.choice(PLACES) for _ in range(2))
        bike = self._random.choice(("", "7", "8"))
        if self._random.random() < 0.3:
            self._open.append((key, start, began, bike))
            return trips(trip(start, "", began, None, bike=bike, key=key), drop=f"open-{key}")
        ended = began + timedelta(minutes=self._random.randint(0, 25))
        return trips(trip(start, end, began, ended, bike=bike, key=key), drop=key)

    def _ended(self, number: int) -> Record:
        key, start, began, bike = self._open.pop(0)
        end, ended = self._random.choice(PLACES), max(began, self._minute(number))
        return trips(trip(start, end, began, ended, bike=bike, key=key), drop=key)

    def _snapshot(self, number: int, nth: int) -> Record:
        chosen = self._random
        last = (number + 1) * PHASE_MINUTES - 1
        feed_at = at(8) + timedelta(minutes=chosen.randint(0, last))
        feed = chosen.choice((Feed.STATUS, Feed.STATUS, Feed.INFORMATION))
        stations = []
        for one in (found := chosen.sample(IDS, chosen.randint(1, 3))):
            alias = chosen.choice(IDS)
            is_told = alias not in found and chosen.random() < 0.3
            known: dict[str, Any] = {"station_id": one, "aliases": (alias,) if is_told else ()}
            if feed is Feed.STATUS:
                bikes = chosen.choice((None, 0, 1, 3))
                stations.append(StationStatus(**known, num_bikes_available=bikes))
            else:
                capacity = chosen.choice((None, 3, 5))
                stations.append(StationInformation(**known, name=one, capacity=capacity))
        return snapshot(feed, feed_at, *stations, drop=f"{number}-{nth}")


def told(lane: Connection, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Run a statement in its own transaction, and return its result."""
    with lane, lane.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def state_after(
    lane: Connection, phases: Sequence[list[Record]], *, forgetting: bool
) -> tuple[list[tuple[Any, ...]], ...]:
    """Apply all phases, forgetting what may be forgotten after each; return what is known."""
    told(lane, STATE)
    told(lane, "UPDATE system_state SET forgotten_before = '-infinity'")
    for number, records in enumerate(phases):
        for nth, batch in enumerate((records[:2], records[2:])):
            apply_batch(lane, 2 * number + nth, batch)
        if forgetting:
            before = at(8) + timedelta(minutes=(number + 1) * PHASE_MINUTES)
            told(lane, "SELECT forget_trips(%s, 100)", before)
    served, flows = told(lane, SERVED), told(lane, FLOWS)
    told(lane, RECOUNT)
    return served, flows, told(lane, COUNTED)


class TestForgettingOfASet:
    @settings(
        max_examples=20,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(random=st.randoms(use_true_random=False))
    def test_what_is_served_and_counted_stays(self, database: str, random: Random) -> None:
        """Whatever snapshots come late, whatever ids are joined, whichever rides are still open."""
        history = History(random)
        phases = [history.phase(number) for number in range(PHASES)]

        with closing(connect_to_staging(DatabaseSettings(url=database), "live")) as lane:
            whole = state_after(lane, phases, forgetting=False)
            assert state_after(lane, phases, forgetting=True) == whole
