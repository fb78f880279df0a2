"""`python -m tests.chaos`: strike the local stack with seeded faults and print what came of it."""
# ruff: noqa: T201 - a command's output

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.record import Record
from tests.chaos.report import line_of, table
from tests.chaos.suite import FAULTS, plan, run_all


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; return 0 if every run is exact, 1 if any is not, 2 for bad usage."""
    given = parser().parse_args(arguments)
    if given.list:
        print("\n".join(f"{one.name:32} {one.says}" for one in FAULTS))
        return 0
    asked = set(filter(None, given.faults.split(",")))
    if unknown := asked - {one.name for one in FAULTS}:
        print(f"no such fault: {', '.join(sorted(unknown))}; see --list", file=sys.stderr)
        return 2
    wanted = [one for one in FAULTS if not asked or one.name in asked]
    given.runs = given.runs or len(wanted)
    record = Record(command=f"python -m tests.chaos {' '.join(told(given))}")
    for one in run_all(given.seed, plan(given.seed, given.runs, wanted)):
        print(line_of(one), flush=True)
        record.add(one)
        if given.json:
            record.write(given.json)
    print(table([record]))
    return 0 if record.is_good else 1


def told(given: argparse.Namespace) -> list[str]:
    """Return the arguments that reproduce these runs."""
    only = ["--faults", given.faults] if given.faults else []
    return ["--seed", str(given.seed), "--runs", str(given.runs), *only]


def parser() -> argparse.ArgumentParser:
    """Build the argument parser."""
    top = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    top.add_argument("--seed", type=int, default=1, metavar="N", help="what all chance hangs on")
    top.add_argument("--runs", type=int, metavar="N", help="how many faults (each once)")
    top.add_argument("--faults", default="", metavar="A,B", help="only these")
    top.add_argument("--list", action="store_true", help="name the faults")
    top.add_argument("--json", type=Path, metavar="FILE", help="write every run")
    return top


if __name__ == "__main__":
    # When interrupted, still take the stack down.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
