import pytest

from lambdas.poll_gbfs.addresses import Address
from lambdas.poll_gbfs.connections import Deadline, pool_to


class TestDeadline:
    def test_tells_what_is_left_until_nothing_is(self) -> None:
        """Each wait is given what is left, so that all of them together end in time."""
        clock = iter([100.0, 104.0, 109.9, 110.0, 110.0])
        deadline = Deadline(clock=lambda: next(clock), seconds=10)

        assert deadline.left_s() == 6
        assert not deadline.is_over
        assert deadline.is_over
        with pytest.raises(TimeoutError):
            deadline.left_s()


class TestPoolTo:
    @pytest.mark.parametrize("scheme", ["http", "https"])
    def test_connects_and_shakes_hands_in_what_is_left(self, scheme: str) -> None:
        """Otherwise each could take the whole time to connect, one after the other."""
        address = Address(scheme=scheme, host="a", port=1, target="/", ip="127.0.0.1")
        deadline = Deadline(clock=lambda: 0.0, seconds=2)

        with pool_to(address, connect_s=3, read_s=5, deadline=deadline) as pool:
            assert (pool.timeout.connect_timeout, pool.timeout.read_timeout) == (1, 2)
