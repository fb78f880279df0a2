"""Records of which Postgres refuses some rows: the others are applied."""

from contextlib import closing
from datetime import timedelta

import psycopg2
import pytest

from bikeshare.stations import Feed, StationStatus
from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.sink import APPLY, connect_to_staging
from glue_jobs.availability.staging import EMPTY_STAGING, copy_one_by_one
from tests.support.availability import Record, at, snapshot, summary, trip, trips
from tests.support.staging import staged

pytestmark = pytest.mark.integration

RIDES = [trip("A", "B", at(8, n), at(9, n), bike=str(n)) for n in range(6)]


def apply(dsn: str, *records: Record, first_offset: int = 0) -> dict[str, list[tuple[object, ...]]]:
    """Apply records one by one, as the sink does after a refusal; return the tables' rows."""
    rows = [staged(*one, offset) for offset, one in enumerate(records, first_offset)]
    with closing(connect_to_staging(DatabaseSettings(url=dsn), "live")) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute(EMPTY_STAGING)
            copy_one_by_one(cursor, rows)
            cursor.execute(APPLY, ("live", first_offset))
        return {name: read(connection, name) for name in ("trip", "unreadable_record", "station")}


def read(connection: psycopg2.extensions.connection, table: str) -> list[tuple[object, ...]]:
    """Return every row of a table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - names above
        return list(cursor.fetchall())


def account(dsn: str) -> tuple[object, ...]:
    """Return the drop's state, and how its rows were counted."""
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, rows_applied, rows_duplicate, attempts->0->'rows_duplicate'"
            " FROM drop_account WHERE drop_id = 'drop'"
        )
        (found,) = cursor.fetchall()
    return found


def drop_state(dsn: str) -> object:
    """Return the drop's state."""
    return account(dsn)[0]


class TestPoison:
    @pytest.mark.parametrize("positions", [{0}, {1}, {2}, {3}, {4}, {5}, {0, 5}, {1, 2, 3}, set()])
    def test_no_good_row_goes_with_it(self, database: str, positions: set[int]) -> None:
        """Riders see the other rows; the record is kept, and its drop is not called complete."""
        rows = [
            ride._replace(started_at="soon") if n in positions else ride
            for n, ride in enumerate(RIDES)
        ]
        found = apply(database, trips(*rows), summary(6))

        good = {ride.trip_key for n, ride in enumerate(RIDES) if n not in positions}
        assert {row[0] for row in found["trip"]} == good
        assert len(found["unreadable_record"]) == (1 if positions else 0)
        assert drop_state(database) == ("applying" if positions else "complete")

    def test_the_good_stations_of_a_feed_are_served(self, database: str) -> None:
        """One station that cannot be counted must not cost a hundred and ninety-nine others."""
        said = [StationStatus(station_id=name, num_bikes_available=1) for name in "ABC"]
        bad = StationStatus(station_id="D", num_bikes_available=2_000_000)
        record = snapshot(Feed.STATUS, at(8) + timedelta(minutes=1), said[0], bad, *said[1:])

        found = apply(database, record)

        assert {row[0] for row in found["station"]} == {"A", "B", "C"}
        assert len(found["unreadable_record"]) == 1

    def test_a_byte_that_is_no_text_costs_its_row_only(self, database: str) -> None:
        """The rows of a record are bytes until Postgres parses them."""
        topic, value = trips(*RIDES)
        broken = value.replace(b"Station A", b"Station \xff", 1)

        found = apply(database, (topic, broken), summary(6))

        assert len(found["trip"]) == 5
        assert len(found["unreadable_record"]) == 1
        assert drop_state(database) == "applying"

    def test_rows_of_nowhere_are_not_applied(self, database: str) -> None:
        """A record that names no drop was not sent by a publisher."""
        topic, value = trips(*RIDES)
        found = apply(database, (topic, value.replace(b'"drop_id":"drop"', b'"drop_id":null')))

        assert found["trip"] == []
        assert len(found["unreadable_record"]) == 1

    def test_its_good_rows_are_its_attempts(self, database: str) -> None:
        """Applied is what changed the ledger, at first and when the whole record comes (T8)."""
        topic, value = trips(*RIDES)
        broken = value.replace(b"Station A", b"Station \xff", 2)

        apply(database, (topic, broken), summary(6))
        assert account(database) == ("applying", 4, 2, 0)

        apply(database, (topic, broken), first_offset=2)
        assert account(database) == ("applying", 4, 2, 0)

        apply(database, (topic, value), first_offset=4)
        assert account(database) == ("complete", 6, 0, 0)

    def test_a_record_without_a_good_row_is_no_news_of_its_attempt(self, database: str) -> None:
        """Nobody waits for the rest of a drop that was never seen."""
        apply(database, trips(RIDES[0]._replace(started_at="soon")))

        with closing(psycopg2.connect(database)) as connection:
            assert read(connection, "drop") == []

    def test_one_of_a_topic_made_anew_is_kept_beside_the_old_one(self, database: str) -> None:
        """Offsets start over; what is read twice is kept once."""
        spoilt = [
            trips(ride._replace(started_at="soon")) for ride in (RIDES[0], RIDES[0], RIDES[1])
        ]
        for number, record in enumerate(spoilt):
            found = apply(database, record, *[summary(1)] * number)

        assert len(found["unreadable_record"]) == 2
