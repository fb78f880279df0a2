"""`python -m tests.chaos`: strike the local stack with seeded faults and print what came of it."""
# ruff: noqa: T201 - a command's answer

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.report import line_of, page, table, write_json
from tests.chaos.suite import FAULTS, Rebuilt, Run, plan, run_all


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; 0 when all is exact, 1 when anything is not."""
    given = parser().parse_args(arguments)
    if given.list:
        print("\n".join(f"{one.name:32} {one.says}" for one in FAULTS))
        return 0
    wanted = [one for one in FAULTS if not given.faults or one.name in given.faults.split(",")]
    if not wanted:
        print(f"no such fault: {given.faults}; --list names them", file=sys.stderr)
        return 2
    faults = plan(given.seed, given.runs, wanted)

    def tell(one: Run | Rebuilt) -> None:
        print(line_of(one), flush=True)

    done = list(run_all(given.seed, faults, tell))
    print(table(done))
    if given.json:
        write_json(given.json, given, done)
    if given.page:
        given.page.write_text(page(given.page.read_text(), given, done))
    return 0 if all(one.is_good for one in done) else 1


def parser() -> argparse.ArgumentParser:
    """Describe the command."""
    top = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    top.add_argument("--seed", type=int, default=1, metavar="N", help="what all chance hangs on")
    top.add_argument("--runs", type=int, default=28, metavar="N", help="how many faults (28)")
    top.add_argument("--faults", default="", metavar="A,B", help="only these")
    top.add_argument("--list", action="store_true", help="name the faults")
    top.add_argument("--json", type=Path, metavar="FILE", help="write every run")
    top.add_argument("--page", type=Path, metavar="FILE", help="write the table into a page")
    return top


if __name__ == "__main__":
    # Ended early, it still takes its stack down.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
