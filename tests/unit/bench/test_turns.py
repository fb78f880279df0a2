"""Turns: every rival sees the same machine."""

from tests.bench.part import Rival, Sample
from tests.bench.turns import run_in_turns


def rivals(order: list[str], *names: str, once: str = "") -> list[Rival]:
    """Rivals that record when they are run."""

    def run(name: str) -> Sample:
        order.append(name)
        return {"seconds": float(len(order))}

    return [
        Rival(
            name=name,
            settings=(),
            run=lambda name=name: run(name),
            rounds=1 if name == once else None,
        )
        for name in names
    ]


class TestRunInTurns:
    def test_every_other_round_goes_backwards(self) -> None:
        """A rival that always goes first always meets a cold machine."""
        order: list[str] = []

        samples = run_in_turns(rivals(order, "a", "b", "c"), 3, told=lambda *_: None)

        assert order == ["a", "b", "c", "c", "b", "a", "a", "b", "c"]
        assert [sample["seconds"] for sample in samples["a"]] == [1.0, 6.0, 7.0]

    def test_an_expensive_rival_sits_out_later_rounds(self) -> None:
        """Its figures stay those of the first rounds, by which ratios are paired."""
        order: list[str] = []
        told: list[tuple[int, str]] = []

        def tell(number: int, name: str, _sample: Sample) -> None:
            told.append((number, name))

        run_in_turns(rivals(order, "a", "b", once="b"), 2, told=tell)

        assert told == [(1, "a"), (1, "b"), (2, "a")]
