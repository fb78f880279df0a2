"""The arithmetic: medians, spreads, and ratios of figures measured in the same round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.part import Bar, Figure, Sample

Samples = Mapping[str, Sequence[Sample]]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Several measurements of one thing: the median and the extremes."""

    median: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The outcome of a bar."""

    bar: Bar
    value: Summary
    holds: bool


def summary(values: Sequence[float]) -> Summary:
    """Summarise measurements of one thing."""
    return Summary(median=median(values), low=min(values), high=max(values), count=len(values))


def values_of(samples: Samples, figure: Figure) -> list[float]:
    """Return a figure round by round; a name that nobody measured is an error, not a pass."""
    rival, metric = figure
    values = [sample[metric] for sample in samples[rival]]
    if not values:
        message = f"{rival} was never run, so {metric} of it is not known"
        raise ValueError(message)
    return values


def verdict(bar: Bar, samples: Samples) -> Verdict:
    """
    Check a bar against what was measured.

    A ratio is taken in each round that has both figures, and the median of those ratios decides:
    a slow minute of the machine slows both figures of a round.
    """
    values = values_of(samples, bar.of)
    if bar.to is not None:
        others = values_of(samples, bar.to)
        values = [value / other for value, other in zip(values, others, strict=False)]
    found = summary(values)
    return Verdict(bar=bar, value=found, holds=bar.holds(found.median))
