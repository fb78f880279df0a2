"""What the database estimates is what `make accuracy` measures, station by station."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest

from bikeshare.stations import Feed, StationInformation, StationStatus
from tests.accuracy.cases import Case, cases
from tests.accuracy.docks import docks_of
from tests.accuracy.estimators import PER_EVENT, PER_MOVE, by_bikes, by_flow, plain, whole
from tests.accuracy.history import EVERY_STATION, Reading, known_at, read_status, read_trips
from tests.support.availability import Record, chunks, snapshot
from tests.support.staging import apply_batches
from tests.support.truth_trips import TripRow
from tests.support.wire import trip_of

pytestmark = pytest.mark.integration

ASKED_AT = datetime(2013, 9, 3, 19, tzinfo=UTC)
MOVES = "SELECT count(*) FROM bike_move WHERE from_alias IS NOT NULL AND to_alias IS NOT NULL"


def questions(folder: Path) -> dict[str, list[Reading]]:
    """Return each station's newest reading of a day before, and a copy dated ASKED_AT."""
    asked = {}
    for station_id, readings in read_status(folder / EVERY_STATION).items():
        old = [one for one in readings if one.at <= ASKED_AT - timedelta(hours=22)]
        asked[station_id] = [old[-1], replace(old[-1], at=ASKED_AT)]
    return asked


def records(trips: Iterable[TripRow], asked: dict[str, list[Reading]]) -> list[Record]:
    """Return the trips known by now and the anchors, as records."""
    sent = chunks([trip_of(trip) for trip in trips], 200)
    for station_id, (anchor, _) in asked.items():
        known = StationInformation(station_id=station_id, capacity=anchor.capacity)
        said = StationStatus(station_id=station_id, num_bikes_available=anchor.bikes)
        sent.append(snapshot(Feed.INFORMATION, anchor.at, known, drop=f"{station_id} information"))
        sent.append(snapshot(Feed.STATUS, anchor.at, said, drop=f"{station_id} status"))
    return sent


def read(dsn: str, statement: str) -> list[tuple[object, ...]]:
    """Query the database."""
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def served(dsn: str) -> dict[object, tuple[object, ...]]:
    """Return the count and the estimate of each station that has an anchor."""
    statement = """
        SELECT station_id, num_bikes_available, estimated_bikes
        FROM station_status
        WHERE anchored_at IS NOT NULL
    """
    return {station_id: counts for station_id, *counts in read(dsn, statement)}


def measured(asked: Iterable[Case], *, with_ids: bool) -> dict[str, list[float]]:
    """Return what the evaluation answers to the same questions."""
    estimate = whole(by_bikes(PER_MOVE) if with_ids else by_flow(PER_EVENT))
    return {case.station_id: [plain(case), estimate(case)] for case in asked}


class TestEstimatesOnRealHistory:
    @pytest.mark.parametrize("with_ids", [True, False])
    def test_sql_and_evaluation_agree(self, database: str, data: Path, *, with_ids: bool) -> None:
        """The published errors must be those of what is served, or they mean nothing."""
        every = read_trips(data / "babs")
        asked = questions(data / "babs")
        trips = list(known_at(every, ASKED_AT))
        if not with_ids:
            trips = [replace(trip, bike_id=None) for trip in trips]
        sent = records(trips, asked)
        # Three interleaved batches put the anchors among the trips around them.
        apply_batches(database, [sent[::3], sent[1::3], sent[2::3]])

        expected = measured(cases(asked, docks_of(every)), with_ids=with_ids)
        assert served(database) == expected
        assert len(expected) == 64

    def test_every_move_of_the_week_is_kept(self, database: str, data: Path) -> None:
        """439 bikes set off away from where they were left; the data's own notes count them too."""
        apply_batches(database, [chunks([trip_of(one) for one in read_trips(data / "babs")], 200)])

        assert read(database, MOVES) == [(439,)]
