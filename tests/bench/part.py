"""What a part of the benchmark declares: rivals that do the same job, and bars between them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# What one run of a rival measured; the unit is in each name: "seconds", "peak_mb", "p50_ms".
Sample = Mapping[str, float]

# A rival's name and the name of one of its metrics.
Figure = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What every part is given: its own folder, the seed, and whether to be quick."""

    home: Path
    seed: int
    quick: bool

    def size(self, full: int, *, quick: int) -> int:
        """Choose the size of the input."""
        return quick if self.quick else full


@dataclass(frozen=True, kw_only=True)
class Rival:
    """
    One way of doing the job.

    `settings` say how it is set up, for a reader who doubts that it was treated fairly. `rounds`
    limits how often an expensive one is run.
    """

    name: str
    settings: Sequence[str]
    run: Callable[[], Sample]
    rounds: int | None = None


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A promise: a figure, or its ratio to another one of the same run, within limits."""

    text: str
    of: Figure
    to: Figure | None = None
    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: float) -> bool:
        """Return whether the promise is kept."""
        low = self.at_least is None or value >= self.at_least
        return low and (self.at_most is None or value <= self.at_most)


@dataclass(frozen=True, kw_only=True)
class Part:
    """
    Rivals on one input, run in turns for some rounds, and the bars they are held to.

    `packages` are Python distributions whose versions belong to the result, in whichever virtual
    environment they are; `versions` are those of anything else. `plotted` is the metric to plot.
    """

    title: str
    question: str
    input: str
    rivals: Sequence[Rival]
    bars: Sequence[Bar]
    plotted: str
    rounds: int = 5
    packages: Sequence[str] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
