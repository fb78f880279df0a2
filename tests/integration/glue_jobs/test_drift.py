"""How far off the count was when the next snapshot came, so people see how far to trust it."""

from datetime import datetime
from typing import Any

import pytest

from bikeshare.stations import Feed, StationInformation, StationStatus
from tests.support.availability import Availability, Record, at, snapshot, trip, trips

pytestmark = pytest.mark.integration

CAPACITY = snapshot(
    Feed.INFORMATION, at(7), StationInformation(station_id="A", capacity=10), drop="information"
)


def status(bikes: int, feed_at: datetime) -> Record:
    """Station A's status, as its operator reports it."""
    said = StationStatus(station_id="A", num_bikes_available=bikes)
    return snapshot(Feed.STATUS, feed_at, said, drop=f"status {feed_at}")


def by_age(availability: Availability) -> list[dict[str, Any]]:
    """Return the sums by age of the anchor."""
    return availability.rows("SELECT * FROM error_by_age ORDER BY from_hours")


class TestDrift:
    def test_a_new_snapshot_is_held_against_what_was_said(self, availability: Availability) -> None:
        """The count said 3, the operator finds 5; the anchor alone would have said 4."""
        availability.apply(CAPACITY, status(4, at(8)))
        availability.apply(trips(trip("A", "B", at(9), at(10), key="R")))
        availability.apply(status(5, at(14)))

        assert availability.rows("SELECT * FROM station_error") == [
            {
                "alias": "A",
                "measured_at": at(14),
                "anchored_at": at(8),
                "found_bikes": 5,
                "anchor_bikes": 4,
                "counted_bikes": 3,
                "estimated_bikes": 3,
            }
        ]
        assert by_age(availability) == [
            {
                "from_hours": 6,
                "snapshots": 1,
                "anchor_error": 1,
                "count_error": 2,
                "estimate_error": 2,
            }
        ]

    def test_the_estimate_is_measured_beside_the_count(self, availability: Availability) -> None:
        """A truck revealed by bike ids is in the estimate but not in the count."""
        availability.apply(CAPACITY, status(2, at(8)))
        availability.apply(
            trips(
                trip("B", "A", at(9), at(10), bike="7"),
                trip("B", "A", at(9), at(10), bike="8"),
                trip("C", "B", at(11), at(12), bike="7"),
                trip("C", "B", at(11), at(12), bike="8"),
                # after the snapshot: it could not have been known by then
                trip("A", "B", at(15), at(16), bike="9"),
            )
        )
        availability.apply(status(3, at(14)))

        # 10 * (2 + 2) / (10 + 4) = 2.9
        (row,) = availability.rows("SELECT counted_bikes, estimated_bikes FROM station_error")
        assert row == {"counted_bikes": 4, "estimated_bikes": 3}

    def test_what_is_compared_is_held_to_the_docks(self, availability: Availability) -> None:
        """Nobody was ever shown 12 bikes at 10 docks."""
        availability.apply(CAPACITY, status(9, at(8)))
        came = [trip("B", "A", at(9, n), at(9, n), key=str(n)) for n in range(3)]
        availability.apply(trips(*came))
        availability.apply(status(9, at(9, 30)))

        (row,) = availability.rows("SELECT counted_bikes FROM station_error")
        assert row == {"counted_bikes": 10}

    @pytest.mark.parametrize("together", [True, False])
    def test_snapshots_of_one_batch_are_each_held_against_the_one_before(
        self, availability: Availability, *, together: bool
    ) -> None:
        """However Spark cuts its batches, a poll is compared with the poll before it."""
        availability.apply(CAPACITY, status(4, at(8)))
        availability.apply(trips(trip("A", "B", at(10), at(11), bike="7")))
        later = [status(5, at(8, 30)), status(2, at(10, 30)), status(2, at(10, 40))]

        for records in [later] if together else [[one] for one in later]:
            availability.apply(*records)

        sums = [tuple(row.values()) for row in by_age(availability)]
        # 4 to 5 and 2 to 2 within the hour; 5 to 2 over one departure after two hours
        assert sums == [(0, 2, 1, 1, 1), (1, 1, 3, 2, 2)]

    def test_first_older_and_repeated_snapshots_are_not_measured(
        self, availability: Availability
    ) -> None:
        """Each snapshot is compared with what was served before it, once."""
        availability.apply(status(4, at(8)))
        availability.apply(status(4, at(8)))
        availability.apply(status(9, at(7)))

        assert by_age(availability) == []
        availability.apply(status(6, at(9)))
        availability.apply(status(6, at(9)))
        assert [row["snapshots"] for row in by_age(availability)] == [1]
