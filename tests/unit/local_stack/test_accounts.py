import pytest

from local_stack.accounts import Account
from local_stack.verbs.drain import reason_to_wait


def account(state: str = "complete", **rows: int) -> Account:
    """An account of a file of three rows, one of them bad, except for what a test states."""
    numbers = {"read": 3, "published": 2, "rejected": 1, "applied": 1, "duplicate": 1, **rows}
    return Account("d1", state, None, **{f"rows_{name}": n for name, n in numbers.items()})


class TestReasonToWait:
    """What `drain` checks against T8 before it says that all is well."""

    def test_is_none_when_every_row_is_accounted_for(self) -> None:
        """Read = published + rejected, published = applied + duplicates."""
        assert reason_to_wait(account()) is None

    def test_is_none_for_a_refused_file(self) -> None:
        """Nothing more will come of it."""
        refused = account("refused", read=0, published=0, rejected=0, applied=0, duplicate=0)

        assert reason_to_wait(refused) is None

    @pytest.mark.parametrize("state", ["publishing", "applying"])
    def test_is_the_state_while_it_goes_on(self, state: str) -> None:
        """The user sees that something moves."""
        assert reason_to_wait(account(state)) == f"{state}, 1 rows applied"

    def test_is_silence_when_nobody_has_seen_the_drop(self) -> None:
        """It may be lost, so it is never skipped."""
        assert reason_to_wait(None) == "nothing published yet"

    @pytest.mark.parametrize(
        ("rows", "reason"),
        [
            (
                {"read": 4},
                "4 rows read, but 2 published, 1 rejected, 1 applied and 1 duplicates",
            ),
            (
                {"applied": 0},
                "3 rows read, but 2 published, 1 rejected, 0 applied and 1 duplicates",
            ),
        ],
    )
    def test_is_the_sum_that_does_not_add_up(self, rows: dict[str, int], reason: str) -> None:
        """A vanished row is reported with the numbers, not waited for."""
        assert reason_to_wait(account(**rows)) == reason
