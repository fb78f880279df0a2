"""Results as Markdown tables, which line up in a terminal too."""

from collections.abc import Iterable, Sequence
from math import floor, log10

from tests.bench.figures import Samples, Summary, Verdict, summary
from tests.bench.result import Result, metrics_of

DIGITS = 3


def figure(value: float) -> str:
    """Format a number with three digits; those before the decimal point are all kept."""
    if not value:
        return "0"
    decimals = max(0, DIGITS - 1 - floor(log10(abs(value))))
    return f"{value:,.{decimals}f}"


def spread(found: Summary) -> str:
    """Format a median and, if there are several measurements, the extremes."""
    if found.count == 1:
        return figure(found.median)
    return f"{figure(found.median)} ({figure(found.low)} … {figure(found.high)})"


def rivals_tables(result: Result) -> str:
    """One row per rival, one column per metric; one table for each set of metrics."""
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
    """One row per bar: what was promised, what was measured, and whether it holds."""
    rows = [
        [one.bar.text, limit(one), spread(one.value), "holds" if one.holds else "**fails**"]
        for one in verdicts
    ]
    return table(["bar", "limit", "measured", ""], rows)


def limit(found: Verdict) -> str:
    """Format the limits of a bar."""
    ends = (("≥", found.bar.at_least), ("≤", found.bar.at_most))
    return " ".join(f"{sign} {value:g}" for sign, value in ends if value is not None)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a Markdown table."""
    cells = [list(head), *map(list, rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])
