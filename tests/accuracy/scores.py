"""How far off estimators are: by age of the anchor, and on cases they were not chosen on."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from tests.accuracy.cases import Case
from tests.accuracy.estimators import Estimator, plain


def by_age(estimator: Estimator, cases: Iterable[Case]) -> dict[int, float]:
    """Mean absolute error by hours since the anchor."""
    errors: dict[int, list[float]] = defaultdict(list)
    for case in cases:
        errors[case.hours].append(abs(estimator(case) - case.found))
    return {hours: fmean(found) for hours, found in errors.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A constant chosen on some cases, and how it does on them and on others."""

    split: str
    chosen: float
    fitted: Mapping[int, float]
    tested: Mapping[int, float]
    plain: Mapping[int, float]
    served: Mapping[int, float]


def choose(make: Callable[[float], Estimator], grid: Sequence[float], cases: list[Case]) -> float:
    """Return the constant with the smallest error relative to T4's, each age weighted equally."""
    base = by_age(plain, cases)

    def error(constant: float) -> float:
        found = by_age(make(constant), cases)
        return fmean(found[hours] / base[hours] for hours in base)

    return min(grid, key=error)


def splits(cases: Sequence[Case]) -> dict[str, tuple[list[Case], list[Case]]]:
    """Split the stations in halves, both ways, and the anchors into earlier and later."""
    ids = sorted({case.station_id for case in cases}, key=int)
    odd = set(ids[::2])
    first, last = (pick(case.anchored_at + case.age for case in cases) for pick in (min, max))
    noon = first + (last - first) / 2
    one = [case for case in cases if case.station_id in odd]
    other = [case for case in cases if case.station_id not in odd]
    # Early cases are those whose answer precedes the first later anchor.
    early = [case for case in cases if case.anchored_at + case.age <= noon]
    late = [case for case in cases if case.anchored_at > noon]
    return {
        "every other station, on the rest": (one, other),
        "the rest, on every other station": (other, one),
        "first days, on the last days": (early, late),
    }


def trial(
    make: Callable[[float], Estimator],
    grid: Sequence[float],
    served: Estimator,
    split: tuple[str, tuple[list[Case], list[Case]]],
) -> Trial:
    """Choose a constant on one part of the cases; score it, T4 and what is served on the other."""
    name, (fitted, tested) = split
    chosen = choose(make, grid, fitted)
    return Trial(
        split=name,
        chosen=chosen,
        fitted=by_age(make(chosen), fitted),
        tested=by_age(make(chosen), tested),
        plain=by_age(plain, tested),
        served=by_age(served, tested),
    )


def stations_better(
    one: Estimator, other: Estimator, cases: Iterable[Case]
) -> tuple[int, int, int]:
    """Count the stations where one is nearer than the other, equally near, and farther."""
    found: dict[str, list[float]] = defaultdict(list)
    for case in cases:
        gain = abs(other(case) - case.found) - abs(one(case) - case.found)
        found[case.station_id].append(gain)
    gains = [fmean(station) for station in found.values()]
    return sum(x > 0 for x in gains), sum(x == 0 for x in gains), sum(x < 0 for x in gains)
