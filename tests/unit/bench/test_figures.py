"""The arithmetic of the bars: a wrong median or ratio would praise what is slow."""

import pytest

from tests.bench.figures import summary, verdict
from tests.bench.part import Bar

ROUNDS = {
    "ours": [{"seconds": 2.0}, {"seconds": 4.0}, {"seconds": 2.0}],
    "theirs": [{"seconds": 6.0}, {"seconds": 20.0}, {"seconds": 10.0}],
    "costly": [{"seconds": 30.0}],
    "absent": [],
}


def bar(of: str, to: str | None = None, **limits: float) -> Bar:
    """A bar on seconds."""
    return Bar(text="b", of=(of, "seconds"), to=(to, "seconds") if to else None, **limits)


class TestSummary:
    def test_gives_the_middle_and_the_ends(self) -> None:
        """One slow round must not move the figure, but must be visible beside it."""
        found = summary([3.0, 1.0, 50.0])

        assert (found.median, found.low, found.high, found.count) == (3.0, 1.0, 50.0, 3)


class TestVerdict:
    def test_a_ratio_is_taken_within_each_round(self) -> None:
        """The second round was slow for both, which must cancel: 3, 5 and 5, not 10 / 2."""
        found = verdict(bar("theirs", "ours", at_least=4), ROUNDS)

        assert (found.value.median, found.value.low, found.value.high) == (5.0, 3.0, 5.0)
        assert found.holds

    @pytest.mark.parametrize(
        ("limits", "holds"),
        [
            ({"at_least": 5.0}, True),
            ({"at_least": 5.1}, False),
            ({"at_most": 5.0}, True),
            ({"at_most": 4.9}, False),
            ({"at_least": 4.5, "at_most": 5.5}, True),
            ({"at_least": 0.9, "at_most": 1.1}, False),
        ],
    )
    def test_limits_are_inclusive_and_may_be_two(
        self, limits: dict[str, float], *, holds: bool
    ) -> None:
        """Equality within 10 % has a floor and a ceiling."""
        assert verdict(bar("theirs", "ours", **limits), ROUNDS).holds is holds

    def test_without_another_figure_it_is_a_size(self) -> None:
        """Some bars are a size: bytes, queries, memory."""
        assert verdict(bar("ours", at_most=2.0), ROUNDS).value.median == 2.0

    def test_an_expensive_rival_is_compared_in_the_rounds_it_ran(self) -> None:
        """It ran once, in the first round; later rounds have nothing to say about it."""
        found = verdict(bar("costly", "ours", at_least=15), ROUNDS)

        assert (found.value.median, found.value.count) == (15.0, 1)

    def test_what_was_not_measured_never_holds_a_bar(self) -> None:
        """A misspelt name, or a rival that did not run, is an error."""
        with pytest.raises(KeyError):
            verdict(bar("nobody", at_most=1), ROUNDS)
        with pytest.raises(ValueError, match="absent was never run"):
            verdict(bar("absent", at_most=1), ROUNDS)
