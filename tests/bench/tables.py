"""Results as Markdown tables, which line up in a terminal too."""

from collections.abc import Iterable, Sequence
from math import floor, log10

from tests.bench.figures import Samples, Summary, Verdict, summary
from tests.bench.result import Result, metrics_of

DIGITS = 3


def figure(value: float) -> str:
    """Write a number with three digits, as far as those are behind its point."""
    if not value:
        return "0"
    decimals = max(0, DIGITS - 1 - floor(log10(abs(value))))
    return f"{value:,.{decimals}f}"


def spread(found: Summary) -> str:
    """Write a median and, where there is more than one measurement, the ends."""
    if found.count == 1:
        return figure(found.median)
    return f"{figure(found.median)} ({figure(found.low)} … {figure(found.high)})"


def rivals_tables(result: Result) -> str:
    """One row a rival, one column a thing measured; a table for those of whom the same was."""
    alike: dict[tuple[str, ...], Samples] = {}
    for name, samples in result.samples.items():
        metrics = tuple(metrics_of({name: samples}))
        alike[metrics] = {**alike.get(metrics, {}), name: samples}
    return "\n\n".join(_rivals_table(metrics, alike[metrics]) for metrics in alike)


def _rivals_table(metrics: Sequence[str], rivals: Samples) -> str:
    rows = []
    for name, samples in rivals.items():
        found = [[sample[metric] for sample in samples if metric in sample] for metric in metrics]
        rows.append([name, *(spread(summary(values)) for values in found)])
    return table(["", *(metric.replace("_", " ") for metric in metrics)], rows)


def bars_table(verdicts: Iterable[Verdict]) -> str:
    """One row a bar: what was promised, what was measured, and whether it holds."""
    rows = [
        [one.bar.text, limit(one), spread(one.value), "holds" if one.holds else "**fails**"]
        for one in verdicts
    ]
    return table(["bar", "limit", "measured", ""], rows)


def limit(found: Verdict) -> str:
    """Say what a bar allows."""
    ends = (("≥", found.bar.at_least), ("≤", found.bar.at_most))
    return " ".join(f"{sign} {value:g}" for sign, value in ends if value is not None)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    cells = [list(head), *map(list, rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])
