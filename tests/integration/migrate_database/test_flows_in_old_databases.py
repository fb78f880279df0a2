"""A database from before flows were read from the ledger, upgraded."""

import uuid
from contextlib import closing
from datetime import timedelta
from typing import Any

import psycopg2
import pytest

from bikeshare.stations import Feed, StationStatus
from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.sink import connect_to_staging
from lambdas.migrate_database.migration import upgrade
from tests.support.availability import at, chunks, snapshot, trip
from tests.support.batches import apply_batch, create_database

pytestmark = pytest.mark.integration

KEPT_MINUTES = "0022"
NO_NET_FLOWS = "0026"
MINUTES = "SELECT alias, minute, departures, arrivals FROM station_flow ORDER BY 1, 2"
EVENTS = """
    SELECT alias, date_trunc('minute', at, 'UTC'), sum(departures)::int, sum(arrivals)::int
    FROM dock_event
    GROUP BY 1, 2
    ORDER BY 1, 2
"""
# As the API of the last release sums them up, until a deployment has replaced it.
ADDED_UP = """
    SELECT alias, minute, sum(departures)::int, sum(arrivals)::int
    FROM station_flow
    GROUP BY 1, 2
    ORDER BY 1, 2
"""
NET_FLOWS = "SELECT station_id, net_flow, version FROM station_status ORDER BY 1"
SECONDS = timedelta(seconds=10)
# Ended before ten, and not the newest of their bike: the first three, which will be forgotten. At
# 8:20 two leave B and one arrives.
ROWS = [
    trip("A", "B", at(8), at(8, 20), bike="1"),
    trip("B", "A", at(8, 20), at(9, 20), bike="1"),
    trip("B", "C", at(8, 20), at(8, 50), key="S"),
    trip("A", "B", at(8) + SECONDS, at(9, 59), bike="2"),
    trip("A", "B", at(9, 59), at(10) + 2 * SECONDS, bike="1"),
    trip("A", "B", at(10) + SECONDS, at(11), key="R"),
]


def answer(dsn: str, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements; return the result of the last one."""
    with closing(psycopg2.connect(dsn)) as connection, connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall()


class TestFlowsInOldDatabases:
    @pytest.mark.parametrize(
        ("forgetting", "left"),
        [
            ("SELECT", [(6,)]),
            ("SELECT forget_trips('2019-07-01T10:00:15Z', 9)", [(3,)]),
            ("SELECT forget_trips('2019-07-01T10:00:15Z', 1)", [(5,)]),
        ],
        ids=["of all trips", "of some", "of a slice"],
    )
    def test_no_event_is_lost_or_counted_twice(
        self, postgres: str, forgetting: str, left: list[tuple[int]]
    ) -> None:
        """Forgotten trips are kept by the minute, the others are read from the ledger."""
        dsn = create_database(postgres, f"flows_{uuid.uuid4().hex[:12]}", KEPT_MINUTES)
        with closing(connect_to_staging(DatabaseSettings(url=dsn), "live")) as lane:
            apply_batch(lane, 0, chunks(ROWS, 2))
        before = answer(dsn, forgetting, MINUTES)

        upgrade(dsn)

        assert answer(dsn, "SELECT count(*) FROM trip") == left
        assert answer(dsn, EVENTS) == before
        as_reader = dsn.replace("//bikeshare@", "//bikeshare_api@")
        assert answer(as_reader, ADDED_UP) == answer(as_reader, EVENTS) == before

    def test_a_station_without_a_snapshot_gets_its_net_flow(self, postgres: str) -> None:
        """It was served as 0, whatever came and went; that of an anchored one stays as it was."""
        dsn = create_database(postgres, f"flows_{uuid.uuid4().hex[:12]}", NO_NET_FLOWS)
        anchor = StationStatus(station_id="C", num_bikes_available=5)
        with closing(connect_to_staging(DatabaseSettings(url=dsn), "live")) as lane:
            apply_batch(lane, 0, [*chunks(ROWS, 2), snapshot(Feed.STATUS, at(8, 30), anchor)])
        assert answer(dsn, NET_FLOWS) == [("A", 0, 1), ("B", 0, 1), ("C", 1, 1)]

        upgrade(dsn)

        assert answer(dsn, NET_FLOWS) == [("A", -3, 2), ("B", 2, 2), ("C", 1, 1)]
