"""The state is a function of the set of rows and snapshots: shown on made-up histories."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extras import RealDictCursor

from bikeshare.stations import Feed, StationInformation, StationStatus
from bikeshare.trips import Trip
from bikeshare.utc import utc_text
from tests.support.availability import snapshot, trips
from tests.support.comparison import as_expected, as_served
from tests.support.staging import apply_batches
from tests.support.truth import stations_of
from tests.support.truth_snapshots import StationEntry
from tests.support.truth_trips import Stop, TripRow

pytestmark = pytest.mark.integration

START = datetime(2019, 7, 1, tzinfo=UTC)
IDS = st.sampled_from(["1", "2", "10", "JC1", "JC2", "é"])
# Numbers that sort differently as text.
DEGREES = st.sampled_from([-33.5, -33.4, 9.5, 10.5])
MAYBE_ID = st.none() | IDS
FLAGS = st.sampled_from([None, True, False])


@st.composite
def rides(draw: st.DrawFn) -> TripRow:
    """A trip among few stations, bikes and hours, so that keys, bikes and times collide."""
    began = START + timedelta(minutes=draw(st.integers(0, 40)))
    ended = draw(st.none() | st.integers(0, 20))
    bike = draw(st.none() | st.sampled_from(["7", "8"]))
    key = draw(st.sampled_from(["R1", "R2", "R3", "R4"]))
    if bike and draw(st.booleans()):
        key = f"{bike}@{utc_text(began)}"
    # An open trip has no end station: whoever writes a row knows both or neither.
    end = draw(MAYBE_ID) if ended is not None else None
    return TripRow(
        key=key,
        bike_id=bike,
        started_at=began,
        ended_at=None if ended is None else began + timedelta(minutes=ended),
        start=stop(draw(MAYBE_ID), draw),
        end=stop(end, draw),
    )


def stop(station_id: str | None, draw: st.DrawFn) -> Stop:
    """One end of a trip, sometimes without a name or place."""
    if station_id is None:
        return Stop(None, None, None)
    place = draw(st.none() | st.tuples(DEGREES, DEGREES))
    return Stop(station_id, draw(st.none() | st.sampled_from(["Ave", "St, & Ave"])), place)


@st.composite
def feeds(draw: st.DrawFn) -> list[list[StationEntry]]:
    """A few snapshots, each at its own minute, of stations under one or more ids."""
    minutes = draw(st.lists(st.integers(0, 60), unique=True, max_size=4))
    return [draw(stations(START + timedelta(minutes=minute))) for minute in minutes]


@st.composite
def stations(draw: st.DrawFn, feed_at: datetime) -> list[StationEntry]:
    """The stations of one snapshot; some name another id of theirs."""
    found = draw(st.lists(IDS, unique=True, min_size=1, max_size=3))
    is_status = draw(st.booleans())
    entries = []
    for station_id in found:
        alias = draw(st.none() | IDS.filter(lambda one: one not in found))
        common = {
            "feed_at": feed_at,
            "is_status": is_status,
            "station_id": station_id,
            "aliases": (alias,) if alias else (),
        }
        if is_status:
            counts = {
                "bikes": draw(st.none() | st.integers(0, 4)),
                "disabled": draw(st.integers(0, 1)),
                "is_renting": draw(FLAGS),
                "is_returning": draw(FLAGS),
            }
        else:
            counts = {"capacity": draw(st.none() | st.integers(0, 5)), "name": f"S{station_id}"}
        entries.append(StationEntry(**common, **counts))
    return entries


def trip_record(row: TripRow, chunk: int) -> tuple[str, bytes]:
    """Wrap one row in its own record."""

    def ends(end: Stop) -> tuple[str, str, str, str]:
        lat, lon = end.place or ("", "")
        return (end.station_id or "", end.name or "", str(lat), str(lon))

    ended = utc_text(row.ended_at) if row.ended_at else ""
    ride = (row.key, row.bike_id or "", utc_text(row.started_at), ended)
    return trips(Trip(*ride, *ends(row.start), *ends(row.end)), chunk=chunk)


def feed_record(entries: Sequence[StationEntry], number: int) -> tuple[str, bytes]:
    """Wrap one snapshot in a record."""
    first = entries[0]
    if first.is_status:
        feed = Feed.STATUS
        sent = [
            StationStatus(
                station_id=one.station_id,
                aliases=one.aliases,
                num_bikes_available=one.bikes,
                num_bikes_disabled=one.disabled,
                is_renting=one.is_renting,
                is_returning=one.is_returning,
            )
            for one in entries
        ]
    else:
        feed = Feed.INFORMATION
        sent = [
            StationInformation(
                station_id=one.station_id, aliases=one.aliases, name=one.name, capacity=one.capacity
            )
            for one in entries
        ]
    return snapshot(feed, first.feed_at, *sent, drop=f"feed-{number}")


def served(dsn: str) -> dict[str, dict[str, Any]]:
    """Return what the database serves, in the terms of the recomputation."""
    with (
        closing(psycopg2.connect(dsn)) as connection,
        connection.cursor(cursor_factory=RealDictCursor) as cursor,
    ):
        cursor.execute("SELECT * FROM station JOIN station_status USING (station_id)")
        return {row["station_id"]: as_served(row) for row in cursor.fetchall()}


def expected(rows: list[TripRow], snapshots: list[list[StationEntry]]) -> dict[str, dict[str, Any]]:
    """Return what must be served, according to the independent recomputation."""
    entries = [entry for entries in snapshots for entry in entries]
    return {one: as_expected(station) for one, station in stations_of(rows, entries).items()}


class TestStateOfASet:
    @settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(rows=st.lists(rides(), max_size=12), snapshots=feeds(), data=st.data())
    def test_order_repetition_and_batching_change_nothing(
        self,
        database: str,
        rows: list[TripRow],
        snapshots: list[list[StationEntry]],
        data: st.DataObject,
    ) -> None:
        """Any permutation, any repetition, any cut into batches gives what the set gives."""
        records = [trip_record(row, chunk) for chunk, row in enumerate(rows)]
        records += [feed_record(entries, number) for number, entries in enumerate(snapshots)]
        repeated = records + data.draw(st.lists(st.sampled_from(records or [None]), max_size=4))
        order = [one for one in data.draw(st.permutations(repeated)) if one is not None]
        cuts = sorted(data.draw(st.sets(st.integers(0, len(order)), max_size=4)))

        bounds = [0, *cuts, len(order)]
        batches = [order[a:b] for a, b in pairwise(bounds) if b > a]
        apply_batches(database, batches)

        assert served(database) == expected(rows, snapshots)

    @pytest.mark.parametrize(
        "places",
        [
            [(40.7, -74.0), (40.7, -73.9)],
            [(-33.4, -70.6), (-33.5, -70.6)],
            [(9.9, 10.0), (10.1, 10.0)],
        ],
    )
    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    @pytest.mark.parametrize("together", [True, False])
    def test_of_two_places_one_row_tells_the_greater_wins(
        self,
        database: str,
        places: list[tuple[float, float]],
        order: tuple[int, int],
        together: bool,  # noqa: FBT001 - a test's parameter
    ) -> None:
        """A republished file with a stop moved has it in the same trip."""
        ends = (START + timedelta(minutes=1), Stop("B", None, None))
        rows = [
            TripRow("R", None, START, ends[0], Stop("A", None, place), ends[1]) for place in places
        ]
        records = [trip_record(rows[number], chunk) for chunk, number in enumerate(order)]

        apply_batches(database, [records] if together else [[record] for record in records])

        assert served(database) == expected(rows, [])
