from datetime import timedelta

from chalicelib.history import Counted, Span, bikes_after, history_object

from tests.support.served_stations import CLOCK, station_row

HOUR = timedelta(hours=1)


class TestSpan:
    """Whole steps of whole minutes."""

    def test_begins_with_a_minute_and_holds_the_end(self) -> None:
        """Flows are counted by the minute."""
        span = Span.between(CLOCK + timedelta(seconds=30), CLOCK + timedelta(minutes=61), step=HOUR)

        assert (span.since, span.points) == (CLOCK, 2)
        assert span.edge(2) == CLOCK + 2 * HOUR


class TestBikesAfter:
    """From the present count back to earlier ones."""

    def test_takes_off_what_came_later_and_puts_back_what_left(self) -> None:
        """The last number is what came after the span: the present."""
        row = station_row(num_bikes_available=8)
        counted = [Counted(departures=9), Counted(arrivals=2), Counted(departures=1, arrivals=4)]

        assert bikes_after(row, counted) == [3, 5, 8]

    def test_walks_by_the_count_that_is_not_held(self) -> None:
        """Counted to 23 in 20 docks: 5 bikes fewer is 18, not 15."""
        row = station_row(num_bikes_available=20, drift=3, capacity=20)

        assert bikes_after(row, [Counted(), Counted(arrivals=5)]) == [18, 20]

    def test_stays_within_what_can_be(self) -> None:
        """No step shows fewer bikes than zero or more than there are docks."""
        row = station_row(num_bikes_available=0, capacity=20)

        assert bikes_after(row, [Counted(), Counted(arrivals=5)]) == [0, 0]
        assert bikes_after(row, [Counted(), Counted(departures=50)]) == [20, 0]

    def test_counts_moves_where_the_count_is_from_bikes_alone(self) -> None:
        """A bike leaves when it turns up elsewhere (T3); after a snapshot, trips count (T4)."""
        moved = [Counted(), Counted(moved_out=2, moved_in=1)]
        by_places = station_row(num_bikes_available=4, anchored_at=None)

        assert bikes_after(by_places, moved) == [5, 4]
        assert bikes_after(station_row(num_bikes_available=4), moved) == [4, 4]

    def test_invents_nothing(self) -> None:
        """What is unknown now was unknown earlier."""
        assert bikes_after(station_row(num_bikes_available=None), [Counted()]) == [None]


class TestHistoryObject:
    """The steps as they are on the wire."""

    def test_leaves_open_what_has_not_begun(self) -> None:
        """The step that contains the event clock has a count, the next one has none."""
        span = Span(since=CLOCK, step=HOUR, points=2)

        shown = history_object(station_row(), span, [Counted()] * 3, as_of=CLOCK)

        assert [point["bikes"] for point in shown["points"]] == [8, None]
        assert (shown["step_s"], shown["to"]) == (3600, "2019-07-01T14:00:00.000000Z")
