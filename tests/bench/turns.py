"""Rivals run in turns, so that what else the machine does affects all of them alike."""

from collections.abc import Callable, Sequence

from tests.bench.part import Rival, Sample


def run_in_turns(
    rivals: Sequence[Rival], rounds: int, *, told: Callable[[int, str, Sample], None]
) -> dict[str, list[Sample]]:
    """Run every rival once per round, every other round backwards, so that none is always first."""
    samples: dict[str, list[Sample]] = {rival.name: [] for rival in rivals}
    for number in range(rounds):
        for rival in rivals if number % 2 == 0 else reversed(rivals):
            if rival.rounds is not None and number >= rival.rounds:
                continue
            sample = rival.run()
            samples[rival.name].append(sample)
            told(number + 1, rival.name, sample)
    return samples
