"""The estimate beside the count: what trucks are known or assumed to have done since the anchor."""

import pytest

from bikeshare.stations import Feed, StationInformation, StationStatus
from tests.support.availability import Availability, Record, at, snapshot, trip, trips

pytestmark = pytest.mark.integration


def anchor(bikes: int, *, capacity: int = 10, hour: int = 12) -> list[Record]:
    """Station A with this many bikes at noon, and this many docks."""
    return [
        snapshot(
            Feed.INFORMATION,
            at(hour),
            StationInformation(station_id="A", capacity=capacity),
            drop="information",
        ),
        snapshot(Feed.STATUS, at(hour), StationStatus(station_id="A", num_bikes_available=bikes)),
    ]


def estimate(availability: Availability) -> tuple[int, int, str]:
    """Return the count, the estimate and its method at station A."""
    row = availability.station("A")
    return (row["num_bikes_available"], row["estimated_bikes"], row["estimate_method"])


class TestWithBikeIds:
    def test_a_bike_taken_since_the_anchor_is_missed(self, availability: Availability) -> None:
        """It came after the snapshot and set off from elsewhere: it can no longer be here."""
        availability.apply(*anchor(5))
        availability.apply(
            trips(
                trip("B", "A", at(13), at(14), bike="7"), trip("C", "B", at(15), at(16), bike="7")
            )
        )

        # 6 arrived, 5 remain after the truck; one move: 10 * (5 + 1) / (10 + 2)
        assert estimate(availability) == (6, 5, "bikes")

    def test_a_bike_brought_since_the_anchor_was_never_counted(
        self, availability: Availability
    ) -> None:
        """It was left at B after the snapshot and set off from here: a truck brought it."""
        availability.apply(*anchor(2))
        availability.apply(
            trips(
                trip("C", "B", at(13), at(14), bike="7"), trip("A", "B", at(15), at(16), bike="7")
            )
        )

        # 1 by the count, 2 with the truck's; 10 * (2 + 1) / (10 + 2) = 2.5
        assert estimate(availability) == (1, 3, "bikes")

    def test_a_stranger_the_anchor_had_counted_needs_no_truck(
        self, availability: Availability
    ) -> None:
        """The snapshot saw a bike no trip had left here; when one sets off, it was that one."""
        availability.apply(*anchor(1))
        availability.apply(trips(trip("A", "B", at(13), at(14), bike="7")))

        assert estimate(availability) == (0, 0, "bikes")

    def test_more_strangers_than_the_anchor_had_were_brought(
        self, availability: Availability
    ) -> None:
        """Two strange bikes set off where there was one: the other came by truck since."""
        availability.apply(*anchor(1))
        availability.apply(
            trips(
                trip("A", "B", at(13), at(14), bike="7"), trip("A", "B", at(15), at(16), bike="8")
            )
        )

        # -1 by the count; 0 with the truck's; 10 * (0 + 1) / (10 + 2) = 0.8
        assert estimate(availability) == (0, 1, "bikes")

    def test_a_bike_the_anchor_had_missed_already_is_not_missed_twice(
        self, availability: Availability
    ) -> None:
        """Two were left here, the snapshot saw one: the other had gone before it."""
        availability.apply(trips(*(trip("B", "A", at(8), at(9), bike=bike) for bike in ("7", "8"))))
        availability.apply(*anchor(1))
        availability.apply(trips(trip("C", "B", at(13), at(14), bike="7"), drop="first"))
        assert estimate(availability) == (1, 1, "bikes")

        availability.apply(trips(trip("C", "B", at(13), at(14), bike="8"), drop="second"))

        # the second was taken since: 10 * (0 + 1) / (10 + 2)
        assert estimate(availability) == (1, 1, "bikes")
        row = availability.rows("SELECT taken, missing_found FROM station_alias WHERE alias = 'A'")
        assert row == [{"taken": 0, "missing_found": 2}]

    def test_strangers_are_told_by_what_was_here_at_the_anchor(
        self, availability: Availability
    ) -> None:
        """Both bikes the snapshot saw were known, so a third that sets off was brought since."""
        availability.apply(
            trips(
                trip("B", "A", at(8), at(9), bike="7"),
                trip("B", "A", at(8), at(9), bike="8"),
                trip("A", "B", at(8), at(9), bike="9"),
            )
        )
        availability.apply(*anchor(2))
        availability.apply(
            trips(
                trip("A", "B", at(13), at(14), bike="7"),
                trip("A", "B", at(15), at(16), bike="9"),
                drop="next",
            )
        )

        # 2 - 2 + 1 brought; 10 * (1 + 1) / (10 + 2) = 1.7
        assert estimate(availability) == (0, 2, "bikes")

    def test_a_late_trip_changes_what_is_known_of_a_station_it_does_not_name(
        self, availability: Availability
    ) -> None:
        """It shows the bike elsewhere after the anchor, so the anchor cannot have seen it here."""
        availability.apply(*anchor(1))
        availability.apply(
            trips(trip("C", "B", at(8), at(9), bike="7"), trip("A", "C", at(16), at(17), bike="7"))
        )
        assert estimate(availability) == (0, 0, "bikes")

        availability.apply(trips(trip("B", "D", at(13), at(14), bike="7"), drop="late"))

        # brought from D since: 10 * (1 + 1) / (10 + 2) = 1.7
        assert estimate(availability) == (0, 2, "bikes")

    def test_a_bike_that_was_out_at_the_anchor_or_later_was_not_seen_by_it(
        self, availability: Availability
    ) -> None:
        """Its trip never ended, yet somebody brought it: none of the anchor's strangers."""
        availability.apply(*anchor(1))
        availability.apply(
            trips(trip("B", "", at(13), None, bike="7"), trip("A", "C", at(15), at(16), bike="7"))
        )

        assert estimate(availability) == (0, 2, "bikes")

    @pytest.mark.parametrize("early", [True, False])
    def test_setting_off_from_the_other_id_of_the_same_dock_is_no_move(
        self, availability: Availability, *, early: bool
    ) -> None:
        """3186 and JC005 are one place, whether that is learned before the trips or after."""
        joined = snapshot(
            Feed.INFORMATION,
            at(7),
            StationInformation(station_id="A", aliases=("JC005",)),
            drop="joined",
        )
        rides = trips(
            trip("B", "A", at(8), at(9), bike="7"), trip("JC005", "B", at(13), at(14), bike="7")
        )

        availability.apply(*anchor(8))
        for record in (joined, rides) if early else (rides, joined):
            availability.apply(record)

        assert estimate(availability) == (7, 7, "bikes")

    @pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 1, 3, 0)])
    def test_any_order_gives_the_same_estimate(
        self, availability: Availability, order: tuple[int, ...]
    ) -> None:
        """Like everything served, it is a function of the set of rows and snapshots."""
        records = [
            *anchor(4),
            trips(trip("B", "A", at(11), at(13), bike="7"), drop="one"),
            trips(
                trip("C", "B", at(15), at(16), bike="7"),
                trip("A", "C", at(14), at(15), bike="8"),
                drop="two",
            ),
        ]

        for chosen in order:
            availability.apply(records[chosen])

        # 4 + 1 arrived - 1 set off - 1 taken = 3; 10 * (3 + 1) / (10 + 2)
        assert estimate(availability) == (4, 3, "bikes")


class TestWithoutBikeIds:
    def test_ten_dock_events_are_worth_one_move(self, availability: Availability) -> None:
        """Trucks come as riders do; without ids the count drifts towards half full instead."""
        availability.apply(*anchor(10, capacity=20))
        came = [trip("B", "A", at(13, n), at(13, n), key=f"in{n}") for n in range(10)]
        availability.apply(trips(*came))

        # 20 by the count; 20 * (20 + 1) / (20 + 2) = 19.1
        assert estimate(availability) == (20, 19, "flow")

    def test_nothing_since_the_anchor_leaves_it_as_it_was(self, availability: Availability) -> None:
        """A quiet station is not pulled anywhere, however old its anchor is."""
        availability.apply(*anchor(10))

        assert estimate(availability) == (10, 10, "flow")


class TestWithoutAnAnchor:
    def test_bikes_are_where_they_were_left(self, availability: Availability) -> None:
        """Without a snapshot there is only T3 to go by."""
        availability.apply(trips(trip("B", "A", at(13), at(14), bike="7")))

        assert estimate(availability) == (1, 1, "places")

    def test_the_unknown_stays_unknown(self, availability: Availability) -> None:
        """With no ids and no snapshot, an estimate would be an invention."""
        availability.apply(trips(trip("B", "A", at(13), at(14), key="R")))

        row = availability.station("A")
        assert (row["estimated_bikes"], row["estimate_method"]) == (None, None)
