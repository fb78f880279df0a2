"""Old trips can be forgotten without changing what is served, and never come back as new ones."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import psycopg2
import pytest

from bikeshare.stations import Feed, StationStatus
from bikeshare.utc import utc_text
from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.sink import connect_to_staging
from lambdas.forget_trips.forgetting import Forgotten
from lambdas.forget_trips.forgetting import forget as forget_all
from local_stack.services.postgres import Postgres
from tests.support.availability import Record, at, chunks, snapshot, trip
from tests.support.batches import apply_batch, create_database

pytestmark = pytest.mark.integration

SERVED = (
    "SELECT to_jsonb(station_status) - 'version' AS served FROM station_status ORDER BY station_id"
)
RECOUNT = "SELECT recount_net_flow(array_agg(alias)) FROM station_alias"
NET_FLOWS = "SELECT concat_ws(' ', station_id, net_flow) FROM station_status ORDER BY station_id"
SECONDS = timedelta(seconds=40)
FLOWS = """
    SELECT ROW(alias, date_trunc('minute', at, 'UTC'), sum(departures), sum(arrivals))::text
    FROM dock_event
    GROUP BY alias, date_trunc('minute', at, 'UTC')
    ORDER BY 1
"""
KEPT = "SELECT concat_ws(' ', alias, departures, arrivals) FROM forgotten_minutes ORDER BY alias"
ROWS = [
    trip("A", "B", at(8), at(8, 20), bike="1"),
    trip("B", "C", at(9), at(9, 20), bike="1"),
    trip("C", "A", at(8), at(8, 30), bike="2"),
    trip("A", "C", at(11), at(11, 20), bike="1"),
    trip("A", "B", at(8), at(13), key="long"),
]

# Left at B, next seen at D: somebody moved it after B's snapshot.
MOVED = [
    trip("A", "B", at(8), at(8, 5), bike="9", key="first"),
    trip("D", "E", at(9, 30), at(9, 40), bike="9", key="moved"),
    trip("E", "D", at(10), at(13), bike="9", key="newest"),
]


def status(station_id: str) -> StationStatus:
    """A status with five bikes."""
    return StationStatus(station_id=station_id, num_bikes_available=5)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """One cluster for the tests of this module."""
    with Postgres(home=tmp_path_factory.mktemp("forgetting")) as running:
        yield running


@pytest.fixture
def database(server: Postgres, request: pytest.FixtureRequest) -> str:
    """A database that holds the rows."""
    name = re.sub(r"\W+", "_", request.node.name.lower())
    dsn = create_database(server.dsn, name[-60:], "head")
    apply(dsn, *chunks(ROWS, 2))
    return dsn


def apply(dsn: str, *records: Record) -> None:
    """Apply one batch."""
    with closing(connect_to_staging(DatabaseSettings(url=dsn), "live")) as lane:
        apply_batch(lane, 0, records)


def ask(dsn: str, statement: str, *values: Any) -> list[Any]:
    """Return the first column of what a statement yields."""
    with closing(psycopg2.connect(dsn)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


def forget(dsn: str, before: datetime, limit: int = 100) -> int:
    """Forget old trips, and return how many."""
    (count,) = ask(dsn, "SELECT forget_trips(%s, %s)", before, limit)
    return int(count)


class TestForgetting:
    def test_what_is_served_stays_and_nothing_comes_back(self, database: str) -> None:
        """A file dropped again years later must not count its trips a second time."""
        before = ask(database, SERVED)

        assert forget(database, at(10)) == 2
        apply(database, *chunks(ROWS, 3))

        assert ask(database, SERVED) == before
        assert ask(database, "SELECT count(*) FROM trip") == [3]
        assert ask(database, "SELECT trips FROM system_state") == [3]

    def test_a_newer_trip_of_a_bike_still_moves_it(self, database: str) -> None:
        """A bike's place must remain known as older than the newer trip."""
        forget(database, at(10))
        apply(database, *chunks([trip("B", "D", at(14), at(15), bike="2")], 1))

        bikes = "SELECT station_id || ':' || num_bikes_available FROM station_status ORDER BY 1"
        assert ask(database, bikes) == ["A:0", "B:0", "C:1", "D:1"]

    def test_what_came_and_went_after_a_snapshot_stays(self, database: str) -> None:
        """It is counted from the ledger again when a place gets another id."""
        apply(
            database,
            snapshot(Feed.STATUS, at(8, 10), status("A")),
            snapshot(Feed.STATUS, at(9, 10), status("B"), drop="second"),
            *chunks(MOVED, 1),
        )
        before = ask(database, SERVED)

        assert forget(database, at(12)) == 3
        ask(database, RECOUNT)
        apply(database, *chunks([trip("X", "Y", at(14), at(15), key="new")], 1))

        assert ask(database, "SELECT trip_key FROM trip WHERE bike_id = '9' ORDER BY 1") == [
            "moved", "newest",
        ]  # fmt: skip
        assert [row for row in ask(database, SERVED) if row["station_id"] < "X"] == before

    def test_a_station_that_left_its_feed_holds_back_no_other(self, database: str) -> None:
        """A dock that was removed keeps its last snapshot, and its own trips, forever."""
        apply(
            database,
            snapshot(Feed.STATUS, at(7), status("C")),
            snapshot(Feed.STATUS, at(16), status("A"), status("B"), drop="others"),
        )
        before = ask(database, SERVED)

        assert forget(database, at(15)) == 2

        assert ask(database, "SELECT trip_key FROM trip ORDER BY 1") == [
            f"1@{utc_text(at(9))}", f"1@{utc_text(at(11))}", f"2@{utc_text(at(8))}",
        ]  # fmt: skip
        ask(database, RECOUNT)
        assert ask(database, SERVED) == before

    def test_an_open_trip_waits_for_its_end(self, database: str) -> None:
        """Its end would count its start a second time, or be ignored as coming too late."""
        rows = [trip("A", "", at(7), None, key="open"), trip("A", "", at(7), None, key="late")]
        apply(database, *chunks(rows, 2))

        assert forget(database, at(10)) == 2
        ended = [
            trip("A", "E", at(7), at(16), key="open"),
            trip("A", "E", at(7), at(9), key="late"),
        ]
        apply(database, *chunks(ended, 2))

        flows = "SELECT sum(departures) || ' ' || sum(arrivals) FROM dock_event WHERE alias = %s"
        assert [ask(database, flows, station) for station in "AE"] == [["5 1"], ["0 2"]]
        assert ask(database, NET_FLOWS)[0] == "A -4"

    @pytest.mark.parametrize("forgotten", [0, 2])
    def test_a_first_snapshot_may_be_older(self, database: str, forgotten: int) -> None:
        """What came and went after it counts by the minute where the trips are gone."""
        assert forget(database, at(12), limit=forgotten) == forgotten
        apply(database, snapshot(Feed.STATUS, at(8, 10), status("B"), status("C")))

        bikes = "SELECT station_id || ':' || num_bikes_available FROM station_status ORDER BY 1"
        assert ask(database, bikes) == ["A:1", "B:6", "C:7"]

    def test_every_minute_keeps_its_flows(self, database: str) -> None:
        """A history of years gets no shorter when single trips are forgotten."""
        apply(
            database, *chunks([trip("A", "B", at(8) + SECONDS, at(8, 20) + SECONDS, key="same")], 1)
        )
        before = ask(database, FLOWS)

        assert [forget(database, at(10), limit=1) for _ in range(4)] == [1, 1, 1, 0]

        assert ask(database, FLOWS) == before
        assert ask(database, KEPT) == ["A {480,480} {}", "B {540} {500,500}", "C {} {560}"]

    def test_a_recount_still_knows_what_was_forgotten(self, database: str) -> None:
        """A station without a snapshot is served the net flow of all trips there ever were."""
        before = ask(database, NET_FLOWS)
        forget(database, at(10))

        ask(database, RECOUNT)
        apply(database, *chunks([trip("D", "A", at(14), at(15), key="late")], 1))

        assert before == ["A -2", "B 1", "C 1"]
        assert ask(database, NET_FLOWS) == ["A -1", "B 1", "C 1", "D -1"]

    def test_it_goes_slice_by_slice(self, database: str) -> None:
        """A slice holds up batches no longer than a batch does."""
        assert [forget(database, at(10), limit=1) for _ in range(3)] == [1, 1, 0]


class TestForget:
    """What the schedule calls on AWS, and the command on one machine."""

    def test_it_goes_on_until_nothing_is_left(self, database: str) -> None:
        """A ledger of years takes more than one slice."""
        done = forget_all(database, before=at(10), has_time=lambda: True, at_once=1)

        assert done == Forgotten(trips=2, is_done=True)
        assert ask(database, "SELECT trips FROM system_state") == [3]

    def test_it_stops_in_time_and_says_so(self, database: str) -> None:
        """A function that times out would undo its last slice, and trigger an alarm."""
        left = iter([True, False])
        done = forget_all(database, before=at(10), has_time=lambda: next(left), at_once=1)

        assert done == Forgotten(trips=1, is_done=False)
        assert ask(database, "SELECT trips FROM system_state") == [4]
