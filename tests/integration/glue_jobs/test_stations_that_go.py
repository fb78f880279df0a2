"""A station that closes, and one that a newer feed no longer lists."""

from itertools import permutations

import pytest

from bikeshare.stations import Feed, StationInformation, StationStatus
from tests.support.availability import Availability, Served, at, snapshot, trip, trips
from tests.support.staging import apply_batches

pytestmark = pytest.mark.integration


def status(station_id: str, bikes: int, *, is_open: bool = True) -> StationStatus:
    """A station's status, with all three flags the same."""
    return StationStatus(
        station_id=station_id,
        num_bikes_available=bikes,
        is_installed=is_open,
        is_renting=is_open,
        is_returning=is_open,
    )


class TestAStationThatCloses:
    """Closed is what the newest status says, and not the same as empty (T6)."""

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_is_served_closed_with_its_counts(self, database: str, order: tuple[int, ...]) -> None:
        """Its bikes are still locked there, and no older snapshot or later file reopens it."""
        records = [
            snapshot(Feed.STATUS, at(9), status("A", 5), drop="open"),
            snapshot(Feed.STATUS, at(12), status("A", 4, is_open=False), drop="closed"),
            trips(trip("A", "B", at(10), at(11), key="R")),
        ]

        apply_batches(database, [[records[chosen]] for chosen in order])

        served = Served(database).station("A")
        assert served["num_bikes_available"] == 4
        assert (served["is_installed"], served["is_renting"], served["is_returning"]) == (
            False,
            False,
            False,
        )

    def test_opens_when_a_newer_status_says_so(self, availability: Availability) -> None:
        """Stations close for the winter."""
        availability.apply(
            snapshot(Feed.STATUS, at(9), status("A", 4, is_open=False), drop="closed"),
            snapshot(Feed.STATUS, at(12), status("A", 0), drop="open"),
        )

        assert availability.station("A")["is_renting"] is True


class TestAStationThatDisappears:
    """What a newer feed leaves out stays as it was last known, and shows its age."""

    @pytest.mark.parametrize("order", list(permutations(range(4))))
    def test_stays_with_its_age(self, database: str, order: tuple[int, ...]) -> None:
        """One feed's silence proves nothing: it may be cut, split, or a few mended stations."""
        there = [StationInformation(station_id=one, name=one, capacity=9) for one in ("A", "B")]
        records = [
            snapshot(Feed.INFORMATION, at(9), *there, drop="both"),
            snapshot(Feed.STATUS, at(9), status("A", 5), status("B", 6), drop="both counts"),
            snapshot(Feed.INFORMATION, at(12), there[1], drop="one"),
            snapshot(Feed.STATUS, at(12), status("B", 7), drop="one count"),
        ]

        apply_batches(database, [[records[chosen]] for chosen in order])

        gone, kept = (Served(database).station(one) for one in "AB")
        assert (gone["num_bikes_available"], gone["anchored_at"]) == (5, at(9))
        assert (gone["name"], gone["is_renting"]) == ("A", True)
        assert (kept["num_bikes_available"], kept["anchored_at"]) == (7, at(12))
