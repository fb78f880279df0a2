"""Postgres reads what the publisher lets through alike, and applies it: shown on made-up files."""

import csv
import io
import random
from contextlib import closing
from datetime import UTC, datetime
from typing import Final

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bikeshare.stations import Feed, StationStatus
from bikeshare.texts import MAX_ID_BYTES
from bikeshare.trips import Trip
from bikeshare.utc import from_utc_text, utc_text
from tests.support.availability import snapshot
from tests.support.fakes import FakeStore
from tests.support.publication import HEADER, NOW, Publication
from tests.support.staging import apply_batches

pytestmark = pytest.mark.integration

BIKES_HEADER = (
    "tripduration,starttime,stoptime,start station id,start station name,start station latitude,"
    "start station longitude,end station id,end station name,end station latitude,"
    "end station longitude,bikeid,usertype,birth year,gender"
)
LONG: Final = ["x" * 1000, "x" * 1001, "\u4e2d\u6587" * 200, "\U0001f6b2" * 250, "\u00e9" * 501]
TEXTS = (
    st.sampled_from(["", "NULL", "\\N", "\\.", "a\x00b", 'a"b', "a,b", "\u2028", "\ufeff", *LONG])
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.text(st.characters(exclude_categories=["Cs"]), min_size=240, max_size=260)
)
TIMES = st.sampled_from(
    [
        "",
        "0001-01-01 00:00:00",
        "0001-01-01 23:59:59 -1200",
        "0001-01-03 00:00",
        "1/1/0001 0:00",
        "1582-10-10 00:00",
        "1883-11-18 12:03:58",
        "1899-12-30 00:00:00",
        "1900-01-01 00:00:00",
        "2019-02-29 00:00",
        "2021-02-03 23:11:28.1234567",
        "2021-02-03T23:11:28+14:00",
        "2021-13-01",
        "9998-12-30 00:00:00",
        "9999-12-31 23:59:59.999999",
        "0000000000",
        "9999999999999",
        "2020-11-01 01:30:00",
        "2020-03-08 02:30:00",
        "24:00",
        "20200101000000",
        "infinity",
        "now",
    ]
) | st.datetimes(datetime(2021, 1, 1), datetime(2021, 3, 1)).map(str)  # noqa: DTZ001 - as in files
NUMBERS = st.sampled_from(
    ["", "0", "-0.0", "1e-320", "1e5", "NaN", "inf", "40,7", "90.0000000001", "-74.04", "4_0"]
) | st.floats(-180, 180).map(str)  # fmt: skip
RIDE = st.tuples(
    TEXTS, st.just(""), TIMES, TIMES, TEXTS, TEXTS, TEXTS, TEXTS, *[NUMBERS] * 4, TEXTS
)
RENTAL = st.tuples(
    st.just("1"), TIMES, TIMES, *(TEXTS, TEXTS, NUMBERS, NUMBERS) * 2, TEXTS, *[st.just("")] * 3
)
LEDGER = """
    SELECT trip_key, bike_id, started_at, ended_at, start_station_id, end_station_id FROM trip
"""
EMPTY_TRIP = Trip(*[""] * 12)


def published(header: str, rows: list[tuple[str, ...]], received_at: datetime) -> Publication:
    """One attempt at a file of these rows."""
    written = io.StringIO()
    csv.writer(written).writerows([header.split(","), *rows])
    store = FakeStore(received_at=received_at)
    publication = Publication(written.getvalue().encode(), store=store)
    publication.run()
    return publication


def ledger_row(trip: Trip) -> tuple[object, ...]:
    """Return a trip as the database would return it."""
    ids = (trip.start_station_id or None, trip.end_station_id or None)
    ended_at = from_utc_text(trip.ended_at) if trip.ended_at else None
    return (trip.trip_key, trip.bike_id or None, from_utc_text(trip.started_at), ended_at, *ids)


class TestAgreement:
    def test_the_longest_ids_fit_into_every_index(self, database: str) -> None:
        """One that does not fit would stop its lane forever; random letters do not compress."""
        letters = random.Random(7)  # noqa: S311 - letters, not secrets
        one, other, bike = (
            "".join(chr(letters.randrange(0x4E00, 0x9000)) for _ in range(MAX_ID_BYTES // 3))
            for _ in range(3)
        )
        row = ("1", "2021-02-03 23:11", "2021-02-03 23:12", one, "", "", "", other, *[""] * 3, bike)
        publication = published(BIKES_HEADER, [(*row, "", "", "")], NOW)
        said = StationStatus(station_id=one, aliases=(other, bike), num_bikes_available=1)

        apply_batches(database, [[*publication.sender.sent, snapshot(Feed.STATUS, NOW, said)]])

        assert [trip.bike_id for trip in publication.sender.trips()] == [bike]

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(
        kind=st.sampled_from([(HEADER, RIDE), (BIKES_HEADER, RENTAL)]),
        data=st.data(),
        received_at=st.sampled_from([NOW, datetime(9998, 12, 30, tzinfo=UTC)]),
    )
    def test_publisher_and_database_read_alike(
        self,
        database: str,
        kind: tuple[str, st.SearchStrategy[tuple[str, ...]]],
        data: st.DataObject,
        received_at: datetime,
    ) -> None:
        """A value that only one of them accepts would cost its row, or stop its lane."""
        header, row = kind
        rows = data.draw(st.lists(row, min_size=5, max_size=30))
        publication = published(header, rows, received_at)

        # If COPY refused anything, this would raise; and what is staged is applied.
        apply_batches(database, [publication.sender.sent])

        newest: dict[str, Trip] = {}
        for trip in publication.sender.trips():
            known = newest.get(trip.trip_key, EMPTY_TRIP)
            newest[trip.trip_key] = max(trip, known, key=version)
        with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute("SET TIME ZONE 'UTC'")
            cursor.execute(LEDGER)
            assert set(cursor.fetchall()) == set(map(ledger_row, newest.values()))

    @pytest.mark.parametrize("written", ["1900-01-01 00:00:00", "0001-01-02 05:00:00"])
    def test_the_first_days_of_databases_are_times(self, database: str, written: str) -> None:
        """SQL Server writes 1900 and .NET the year 1 where nothing was ever set."""
        row = ("R1", "", written, "", "A", "1", "", "", "", "", "", "", "")
        publication = published(HEADER, [row], NOW)

        apply_batches(database, [publication.sender.sent])

        (summary,) = publication.sender.summaries()
        assert (summary.rows_published, summary.rows_rejected) == (1, 0)
        assert utc_text(summary.first_event_at or NOW) == publication.sender.trips()[0].started_at


def version(trip: Trip) -> tuple[str, ...]:
    """Return the sort key of one version of a trip (T1)."""
    return (
        trip.ended_at, trip.end_station_id, trip.started_at, trip.start_station_id, trip.bike_id
    )  # fmt: skip
