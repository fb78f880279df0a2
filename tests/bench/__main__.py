"""
Measure ourselves beside what people would use instead; `make bench` makes what is needed first.

`python -m tests.bench [PART…] [--quick] [--json FILE] [--seed N]` prints every figure and bar; a
full run also keeps its results and writes docs/benchmarks.md. It ends with 1 where a bar fails.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from tests.bench import machine
from tests.bench.page import PAGE, page
from tests.bench.part import Sample, Setting
from tests.bench.plot import plot_kept
from tests.bench.result import Result, commit, keep, kept, written
from tests.bench.tables import bars_table, figure, rivals_tables
from tests.bench.turns import run_in_turns

PARTS = Path(__file__).parent / "parts"
SEED = 20190101
QUICK_ROUNDS = 1


def main(arguments: Sequence[str]) -> int:
    """Run the named parts, or all of them."""
    asked = _asked(arguments)
    results = []
    for name in asked.parts:
        result = _measured(name, seed=asked.seed, quick=asked.quick)
        results.append(result)
        _say(f"\n{result.title}\n\n{rivals_tables(result)}\n\n{bars_table(result.verdicts())}\n")
        if asked.json:
            asked.json.write_text(written(results), encoding="utf-8")
        if not asked.quick:
            keep(result)
            plot_kept(name)
            PAGE.write_text(page(kept()), encoding="utf-8")
    failing = [v.bar.text for result in results for v in result.verdicts() if not v.holds]
    _say(f"Bars that fail: {'; '.join(failing) or 'none'}.")
    return 1 if failing else 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    known = sorted(path.stem for path in PARTS.glob("*.py") if path.stem != "__init__")
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(known)}")
    parser.add_argument("--quick", action="store_true", help="little data, one round, keep nothing")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results here too")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args(arguments)
    if unknown := sorted(set(asked.parts) - set(known)):
        parser.error(f"there is no part {', '.join(unknown)}; there are {', '.join(known)}")
    if not machine.BENCH_PYTHON.exists():
        parser.error("the rivals are not installed: make bench does it, or make .venv-bench")
    asked.parts = asked.parts or known
    return asked


def _measured(name: str, *, seed: int, quick: bool) -> Result:
    module, watch = import_module(f"tests.bench.parts.{name}"), machine.Watch()
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as home,
        module.part(Setting(home=Path(home), seed=seed, quick=quick)) as part,
    ):
        rounds = QUICK_ROUNDS if quick else part.rounds
        samples = run_in_turns(part.rivals, rounds, told=_tell)
        watched = watch.told()
    return Result(
        name=name,
        title=part.title,
        question=part.question,
        input=part.input,
        plotted=part.plotted,
        seed=seed,
        quick=quick,
        commit=commit(),
        watched=watched,
        versions={**machine.versions_of(part.packages), **part.versions},
        settings={rival.name: list(rival.settings) for rival in part.rivals},
        samples=samples,
        bars=list(part.bars),
    )


def _tell(number: int, rival: str, sample: Sample) -> None:
    figures = ", ".join(f"{name} {figure(value)}" for name, value in sample.items())
    sys.stderr.write(f"round {number}  {rival}: {figures}\n")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
