"""
The outcome of a suite: a line for each run, a table of faults, and a section of a page.

`python -m tests.chaos.report PAGE RECORD…` writes records into a page.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.chaos.record import Record
from tests.chaos.suite import Rebuilt, Run

BEGIN, END = "<!-- recorded runs: begin -->", "<!-- recorded runs: end -->"
HEADS = (
    "fault",
    "tries",
    "recovered",
    "seconds, median",
    "seconds, most",
    "rows lost",
    "wrong stations",
)

Records = Sequence[Record]


def line_of(one: Run | Rebuilt) -> str:
    """Describe how one run went."""
    if isinstance(one, Rebuilt):
        same = "the same state" if one.is_good else "ANOTHER STATE"
        return f"rebuilt from {one.drops} drops in another order: {same} {one.rebuilt_state[:16]}"
    if one.impossible:
        return f"{one.number:4} {one.fault:32} not possible here: {one.impossible}"
    result = "exact" if one.is_good else "WRONG"
    lines = [f"{one.number:4} {one.fault:32} {result} after {one.seconds} s"]
    lines += [f"     {complaint}" for complaint in one.verdict.complaints]
    if one.verdict.rows_lost or one.verdict.rows_invented:
        lines.append(f"     lost {one.verdict.rows_lost}, invented {one.verdict.rows_invented}")
    return "\n".join(lines)


def rows_of(records: Records) -> list[tuple[str, ...]]:
    """Return one row per fault, and their total."""
    runs = [run for record in records for run in record.runs if not run.impossible]
    names = sorted({run.fault for run in runs})
    rows = [_row(name, [run for run in runs if run.fault == name]) for name in names]
    return [*rows, _row("all", runs)] if runs else []


def _row(name: str, runs: list[Run]) -> tuple[str, ...]:
    seconds = [run.seconds for run in runs if run.recovered and run.seconds is not None]
    return (
        name,
        str(len(runs)),
        str(sum(run.recovered for run in runs)),
        f"{median(seconds):.1f}" if seconds else "-",
        f"{max(seconds):.1f}" if seconds else "-",
        str(sum(run.verdict.rows_lost for run in runs)),
        str(sum(run.verdict.wrong_stations for run in runs)),
    )


def table(records: Records) -> str:
    """Return the table for a terminal or a page."""
    rows = [HEADS, *rows_of(records)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _rebuilt(rebuilt: list[Rebuilt]) -> str:
    same, drops = sum(one.is_good for one in rebuilt), sum(one.drops for one in rebuilt)
    return (
        f"After these faults, {len(rebuilt)} stacks were rebuilt from nothing but their {drops} "
        f"drops, in another order, in an empty database: {same} of them hash the same."
    )


def page(text: str, records: Records) -> str:
    """Put the table between the markers of a page."""
    impossible = {
        f"{run.fault}: {run.impossible}"
        for record in records
        for run in record.runs
        if run.impossible
    }
    commands = "\n".join(record.command for record in records)
    parts = [
        BEGIN,
        f"```\n{commands}\n```",
        table(records),
        _rebuilt([one for record in records for one in record.rebuilt]),
        *(f"Not possible on that machine: {one}." for one in sorted(impossible)),
        END,
    ]
    between = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    return between.sub(lambda _: "\n\n".join(parts), text)


if __name__ == "__main__":
    place, *written = map(Path, sys.argv[1:])
    place.write_text(page(place.read_text(), [Record.read(one) for one in written]))
