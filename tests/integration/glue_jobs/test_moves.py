"""Bikes moved by trucks, inferred from where each sets off next, in whatever order trips come."""

from datetime import datetime
from itertools import permutations

import pytest

from bikeshare.stations import Feed, StationInformation
from tests.support.availability import Availability, at, snapshot, trip, trips

pytestmark = pytest.mark.integration

EVERY_MOVE = """
    SELECT station_id, minute, moved_in, moved_out
    FROM station
    CROSS JOIN LATERAL station_moves(station_id, %s, %s)
    ORDER BY station_id, minute
"""
REBUILT = """
    SELECT moves.*
    FROM (SELECT array_agg(trip_key) AS keys FROM trip) every
    CROSS JOIN LATERAL moves_of(every.keys) moves
"""

FIRST, LAST = at(0), at(0, day=9)

Move = tuple[str, datetime, int, int]


def moves(
    availability: Availability, since: datetime = FIRST, until: datetime = LAST
) -> list[Move]:
    """Return each station's moves as (station, minute, in, out)."""
    found = availability.rows(EVERY_MOVE, since, until)
    return [(row["station_id"], row["minute"], row["moved_in"], row["moved_out"]) for row in found]


class TestMoves:
    def test_a_bike_that_sets_off_elsewhere_was_moved(self, availability: Availability) -> None:
        """Nobody rode it from B to X: a truck moved it, and the departure from X reveals it."""
        availability.apply(
            trips(
                trip("A", "B", at(8), at(9), bike="7"),
                trip("X", "Y", at(10, 30), at(11), bike="7"),
            )
        )

        assert moves(availability) == [("B", at(10, 30), 0, 1), ("X", at(10, 30), 1, 0)]

    def test_a_bike_that_sets_off_where_it_was_left_was_not(
        self, availability: Availability
    ) -> None:
        """Most bikes wait where they were left; counting those would drown the moves."""
        availability.apply(trips(trip("A", "B", at(8), at(9), bike="7")))
        availability.apply(trips(trip("B", "A", at(10), at(11), bike="7"), drop="next"))

        assert moves(availability) == []

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_a_trip_between_two_others_changes_which_are_moves(
        self, availability: Availability, order: tuple[int, ...]
    ) -> None:
        """With the middle trip, the truck went from B to X, not from B to Z."""
        rides = [
            trip("A", "B", at(8), at(9), bike="7"),
            trip("X", "Z", at(10), at(11), bike="7"),
            trip("Z", "A", at(12), at(13), bike="7"),
        ]

        for chosen in order:
            availability.apply(trips(rides[chosen], chunk=chosen))

        assert moves(availability) == [("B", at(10), 0, 1), ("X", at(10), 1, 0)]

    def test_a_corrected_end_takes_a_move_back(self, availability: Availability) -> None:
        """The first version named the wrong dock, so it looked as if a truck had come."""
        wrong = trip("A", "B", at(8), at(9), bike="7", key="1")
        right = trip("A", "X", at(8), at(9, 5), bike="7", key="1")
        next_one = trip("X", "Y", at(10), at(11), bike="7", key="2")

        availability.apply(trips(wrong, next_one))
        assert len(moves(availability)) == 2
        availability.apply(trips(right, drop="corrected"))

        assert moves(availability) == []

    def test_a_corrected_bike_gives_both_bikes_their_own_moves(
        self, availability: Availability
    ) -> None:
        """When a trip changes its bike, it leaves one bike's chain and enters another's."""
        availability.apply(
            trips(
                trip("A", "B", at(8), at(9), bike="7", key="1"),
                trip("C", "D", at(8), at(9), bike="8", key="2"),
                trip("D", "E", at(10), at(11), bike="7", key="3"),
            )
        )
        assert moves(availability) == [("B", at(10), 0, 1), ("D", at(10), 1, 0)]
        availability.apply(
            trips(trip("D", "E", at(10), at(11, 1), bike="8", key="3"), drop="corrected")
        )

        assert moves(availability) == []

    def test_a_bike_somebody_rode_off_is_not_moved_by_a_truck(
        self, availability: Availability
    ) -> None:
        """After an open trip, or one that ended at no dock, no trip says where the bike was."""
        availability.apply(
            trips(
                trip("A", "", at(8), None, bike="7"),
                trip("X", "", at(10), at(11), bike="7"),
                trip("Y", "A", at(12), at(13), bike="7"),
            )
        )

        assert moves(availability) == []

    @pytest.mark.parametrize("early", [True, False])
    def test_one_place_under_two_ids_is_no_move(
        self, availability: Availability, *, early: bool
    ) -> None:
        """The bike was left at 3186 and set off from JC005, which is the same dock."""
        joined = snapshot(
            Feed.INFORMATION, at(7), StationInformation(station_id="3186", aliases=("JC005",))
        )
        rides = trips(
            trip("1", "3186", at(8), at(9), bike="7"), trip("JC005", "1", at(10), at(11), bike="7")
        )

        for record in (joined, rides) if early else (rides, joined):
            availability.apply(record)

        assert moves(availability) == []

    def test_moves_are_asked_for_by_time(self, availability: Availability) -> None:
        """A history shows the hours it was asked for, with the end excluded."""
        availability.apply(
            trips(
                trip("A", "B", at(8), at(9), bike="7"),
                trip("X", "B", at(10), at(11), bike="7"),
                trip("X", "B", at(12), at(13), bike="7"),
            )
        )

        assert moves(availability, at(12), at(13)) == [("B", at(12), 0, 1), ("X", at(12), 1, 0)]
        assert moves(availability, at(11), at(12)) == []

    def test_a_ledger_from_before_gives_the_same_moves(self, availability: Availability) -> None:
        """A database that had trips before it recorded moves is backfilled with all of them."""
        rides = [
            trip("A", "B", at(8, n), at(9, n), bike=str(n % 3), key=str(n)) for n in range(0, 60, 7)
        ]
        for ride in reversed(rides):
            availability.apply(trips(ride, drop=ride.trip_key))

        kept = availability.rows("SELECT * FROM bike_move ORDER BY trip_key")
        assert kept == availability.rows(f"{REBUILT} ORDER BY trip_key")
        assert len(kept) == len(rides)
