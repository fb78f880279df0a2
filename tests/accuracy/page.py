"""The measured numbers as the tables of docs/accuracy.md, which are also what is printed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.accuracy.cases import AGES, Case
from tests.accuracy.estimators import (
    ESTIMATORS,
    IN_SHORT,
    PER_EVENT,
    PER_MOVE,
    by_bikes,
    by_flow,
    plain,
    whole,
)
from tests.accuracy.scores import Trial, by_age, splits, stations_better, trial

MOVE_GRID = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
EVENT_GRID = (0.0, 0.02, 0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3, 0.5)

TEMPLATE = Path(__file__).with_suffix(".md")


def page(
    *,
    every: Sequence[Case],
    one: Sequence[Case],
    every_late: Sequence[Case],
    one_late: Sequence[Case],
    trips: int,
) -> str:
    """The whole page; the late cases know only ended trips."""
    with_ids, without = by_bikes(PER_MOVE), by_flow(PER_EVENT)
    trials = {
        "bike ids": [trial(by_bikes, MOVE_GRID, with_ids, one) for one in splits(every).items()],
        "no ids": [trial(by_flow, EVENT_GRID, without, one) for one in splits(every).items()],
    }
    return TEMPLATE.read_text(encoding="utf-8").format(
        trips=trips,
        stations=len({case.station_id for case in every}),
        every=errors_table(every),
        one=errors_table(one),
        every_late=errors_table(every_late, IN_SHORT),
        one_late=errors_table(one_late, IN_SHORT),
        trials=trials_table(trials),
        per_move=PER_MOVE,
        per_event=PER_EVENT,
        better=stations_better(whole(with_ids), plain, every),
        flow_better=stations_better(whole(without), plain, every),
    )


def errors_table(cases: Sequence[Case], names: Iterable[str] = ESTIMATORS) -> str:
    """The estimators' errors at every age for which there are comparisons."""
    counts = Counter(case.hours for case in cases)
    ages = [hours for hours in AGES if counts[hours]]
    rows = [["comparisons", *(f"{counts[hours]:,}" for hours in ages)]]
    for name in names:
        errors = by_age(ESTIMATORS[name], cases)
        rows.append([name, *(f"{errors[hours]:.2f}" for hours in ages)])
    return table(["", *(f"{hours} h" for hours in ages)], rows)


def trials_table(trials: Mapping[str, Iterable[Trial]]) -> str:
    """What was chosen on one part, and how it did on the other, at 24 and 72 hours."""
    rows = [
        [
            kind,
            one.split,
            f"{one.chosen:g}",
            *(
                f"{score[24]:.2f} / {score[72]:.2f}"
                for score in (one.fitted, one.tested, one.served, one.plain)
            ),
        ]
        for kind, several in trials.items()
        for one in several
    ]
    head = ["", "chosen on, tested on", "constant", "error where chosen, 24 / 72 h"]
    return table([*head, "where tested", "served", "T4"], rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a Markdown table whose columns line up in a terminal too."""
    cells = [list(head), *map(list, rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [
        "| "
        + " | ".join(
            cell.rjust(width) if column and not cell[:1].isalpha() else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        + " |"
        for row in cells
    ]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])
