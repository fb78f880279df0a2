from datetime import UTC, datetime, timedelta

import pytest

from local_stack.errors import UsageError
from local_stack.pacing import play, slice_key, slice_length
from local_stack.replay import Slice

NOON = datetime(2019, 6, 12, 12, tzinfo=UTC)
HOURS = [Slice(NOON + timedelta(hours=n), b"") for n in range(3)]


class Clock:
    """A clock that moves only when someone waits, and may be stopped at a wait."""

    def __init__(self, *, stop_after: int = 100) -> None:
        self.now_s = 0.0
        self.waits: list[float] = []
        self._stop_after = stop_after

    def wait(self, seconds: float) -> bool:
        """Let the time pass, and return whether to stop."""
        self.waits.append(seconds)
        self.now_s += seconds
        return len(self.waits) > self._stop_after


class TestPlay:
    """A day at a multiple of its speed."""

    def test_delivers_each_slice_at_its_time(self) -> None:
        """An hour at 60 times real time lasts a minute; the first is not waited for."""
        clock, delivered = Clock(), []

        count = play(HOURS, delivered.append, speed=60, wait=clock.wait, clock=lambda: clock.now_s)

        assert count == 3
        assert delivered == HOURS
        assert clock.waits == [0, 60, 60]

    def test_catches_up_after_a_slow_delivery(self) -> None:
        """The time an upload takes is not added to the day."""
        clock = Clock()

        def slow(_: Slice) -> None:
            clock.now_s += 90

        play(HOURS, slow, speed=60, wait=clock.wait, clock=lambda: clock.now_s)

        assert clock.waits == [0, 0, 0]

    def test_stops_when_told(self) -> None:
        """Ctrl-C ends a replay between two slices."""
        clock, delivered = Clock(stop_after=1), []

        count = play(HOURS, delivered.append, speed=60, wait=clock.wait, clock=lambda: clock.now_s)

        assert count == 1
        assert delivered == HOURS[:1]


class TestSliceLength:
    """How much of the day one drop holds."""

    def test_makes_a_drop_every_two_seconds(self) -> None:
        """Whatever the speed, the map moves and the bucket does not fill with tiny files."""
        assert slice_length(180) == timedelta(minutes=6)

    @pytest.mark.parametrize("speed", [0, -1])
    def test_refuses_to_stand_still(self, speed: float) -> None:
        """Before any service is contacted."""
        with pytest.raises(UsageError):
            slice_length(speed)


class TestSliceKey:
    """Names that sort in the order of the day."""

    def test_lies_in_the_live_lane(self) -> None:
        """A replay is what live data looks like."""
        assert slice_key("sample-day", HOURS[0]) == "live/sample-day/20190612T120000.csv"
