from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.accuracy.cases import age_of, cases, known_between
from tests.accuracy.docks import Docks, departure_known_late, docks_of
from tests.accuracy.history import (
    EVERY_STATION,
    Reading,
    known_at,
    pairs,
    read_status,
    read_trips,
)
from tests.support.truth_trips import Stop, TripRow

NOON = datetime(2013, 8, 30, 12, tzinfo=UTC)


def hours(count: float) -> datetime:
    """Return the time this many hours after noon."""
    return NOON + timedelta(hours=count)


def ride(bike: str, start: str, began: float, end: str, ended: float) -> TripRow:
    """A trip of a bike."""
    stops = (Stop(one, None, None) for one in (start, end))
    return TripRow(f"{bike}@{began}", bike, hours(began), hours(ended), *stops)


class TestKnownBetween:
    def test_bikes_are_followed_from_trip_to_trip(self) -> None:
        """Each way a truck can show in trips is distinguished, as the estimates need it."""
        docks = docks_of(
            [
                ride("placed", "B", -2, "A", -1),  # is found at A, if the anchor agrees
                ride("placed", "C", 3, "B", 4),  # a truck took it, before or after the anchor
                ride("stranger", "A", 1, "B", 2),  # nobody had left it here
                ride("brought", "C", 1, "B", 2),
                ride("brought", "A", 5, "C", 6),  # left at B after the anchor: a truck brought it
                ride("taken", "C", 1, "A", 2),
                ride("taken", "B", 5, "C", 6),  # came after the anchor: a truck took it
            ]
        )

        known = known_between(docks["A"].as_known(hours(7)), NOON, hours(7))

        assert known == {
            "net": -1,
            "events": 3,
            "placed_at_anchor": 1,
            "placed": 0,
            "brought": 1,
            "taken": 1,
            "strangers_gone": 1,
            "strangers_seen_before": 0,
            "missing_found": 1,
            "strangers_after": 0,
            "missing_after": 0.75,
        }

    def test_nothing_later_is_looked_at(self, data: Path) -> None:
        """An estimate that peeks into the future would look better than it can ever be."""
        trips = read_trips(data / "babs")
        live, late = docks_of(trips), docks_of(trips, departure_known_late)
        status = read_status(data / "babs" / EVERY_STATION)
        for station_id in ("2", "50", "70"):
            several = list(pairs(status[station_id]))
            for _, anchor, found in several[:: len(several) // 12]:
                open_too = list(known_at(trips, found.at))
                for whole, then in (
                    (live, docks_of(open_too)),
                    (late, docks_of(trip for trip in open_too if trip.ended_at)),
                ):
                    known = whole[station_id].as_known(found.at)
                    assert known_between(known, anchor.at, found.at) == pytest.approx(
                        known_between(then[station_id], anchor.at, found.at)
                    )

    def test_a_trip_that_has_not_ended_is_unknown_where_only_ended_ones_are(self) -> None:
        """Its departure then shows with its arrival: not before it, and at no other minute."""
        trips = [ride("1", "A", 1, "B", 3)]
        live, late = docks_of(trips), docks_of(trips, departure_known_late)

        def net(docks: Docks, at: float) -> float:
            return known_between(docks.as_known(hours(at)), NOON, hours(at))["net"]

        assert [net(docks["A"], 2) for docks in (live, late)] == [-1, 0]
        assert [net(docks["A"], 3) for docks in (live, late)] == [-1, -1]


class TestCases:
    def test_what_was_typical_comes_from_no_later_reading(self) -> None:
        """The level and the truck rate of a station are learned from the past alone."""
        docks = docks_of([ride("1", "A", -3, "B", 1)])
        readings = [
            Reading(station_id="A", at=hours(at), bikes=bikes, capacity=20)
            for at, bikes in ((-4, 10), (0, 5), (24, 19))
        ]

        (asked,) = [one for one in cases({"A": readings}, docks) if one.anchored_at == NOON]

        assert (asked.hours, asked.found, asked.anchor) == (24, 19, 5)
        assert asked.typical == 7.5
        assert asked.truck_rate == -1

    def test_ages_far_from_those_reported_are_left_out(self) -> None:
        """A comparison after 16 hours says nothing about 12 or 24."""
        assert [age_of(timedelta(hours=at)) for at in (1.2, 6, 16, 22, 75)] == [1, 6, None, 24, 72]
