"""A database that held trips and snapshots before moves were recorded, upgraded."""

import uuid
from contextlib import closing
from datetime import timedelta

import psycopg2
import pytest

from bikeshare.stations import Feed, StationInformation, StationStatus
from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.sink import connect_to_staging
from lambdas.migrate_database.migration import upgrade
from tests.support.availability import Record, at, snapshot, trip, trips
from tests.support.batches import apply_batch, create_database

pytestmark = pytest.mark.integration

SERVED = "SELECT station_id, estimated_bikes, estimate_method FROM station_status ORDER BY 1"
KEPT = "SELECT * FROM bike_move ORDER BY trip_key"
COUNTED = """
    SELECT alias, named_net, unnamed_events, brought, taken, strangers_gone, missing_found
    FROM station_alias
    ORDER BY alias
"""
BEFORE_MOVES = "0005"


def records() -> list[Record]:
    """Anchors, trips of known and unknown bikes, and a dock with two ids."""
    minute = timedelta(minutes=1)
    known = [
        trip("AB"[n % 2], "BCA"[n % 3], at(8) + n * 9 * minute, at(8) + n * 11 * minute, bike=bike)
        for n in range(20)
        for bike in ("7", "8")
    ]
    unknown = [trip("C", "B", at(11, n), at(12, n), key=f"R{n}") for n in range(12)]
    named = [
        StationInformation(station_id="A", aliases=("C",), capacity=10),
        StationInformation(station_id="B", capacity=7),
    ]
    said = [StationStatus(station_id=one, num_bikes_available=4) for one in "AB"]
    return [
        trips(*known, drop="known"),
        snapshot(Feed.INFORMATION, at(9), *named, drop="information"),
        snapshot(Feed.STATUS, at(9, 30), *said, drop="status"),
        trips(*unknown, drop="unknown"),
    ]


class TestMovesInOldDatabases:
    def test_an_upgrade_gives_what_a_new_database_would_hold(self, postgres: str) -> None:
        """Nobody replays two years of drops because a column was added."""
        answers = []
        for revision in (BEFORE_MOVES, "head"):
            dsn = create_database(postgres, f"old_{uuid.uuid4().hex[:12]}", revision)
            with closing(connect_to_staging(DatabaseSettings(url=dsn), "live")) as lane:
                for number, record in enumerate(records()):
                    apply_batch(lane, number, [record])
            upgrade(dsn)
            with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
                found = []
                for statement in (SERVED, KEPT, COUNTED):
                    cursor.execute(statement)
                    found.append(cursor.fetchall())
                answers.append(found)

        assert answers[0] == answers[1]
        assert {row[2] for row in answers[0][0]} == {"flow"}
        assert any(any(row[3:]) for row in answers[0][2])


class TestReader:
    def test_the_reader_may_ask_for_moves_and_errors(self, database: str) -> None:
        """The API signs in with read access only."""
        as_reader = database.replace("//bikeshare@", "//bikeshare_api@")
        with closing(psycopg2.connect(as_reader)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT * FROM station_moves('A', '-infinity', 'infinity')")
            cursor.execute("SELECT * FROM error_by_age")
            cursor.execute("SELECT * FROM station_error")
            assert cursor.fetchall() == []
