import pytest

from lambdas.retries import LONGEST_S, wait_s


class TestWait:
    @pytest.mark.parametrize(
        ("times_received", "seconds"),
        [(1, 120), (2, 480), (3, 1920), (4, LONGEST_S), (9, LONGEST_S)],
    )
    def test_each_try_waits_longer_and_none_for_ever(
        self, times_received: int, seconds: int
    ) -> None:
        """A blip is over in minutes; an outage must not use up all tries at once."""
        assert wait_s(times_received, 120) == seconds
