"""One measured part as it is kept in JSON: everything its tables are made from."""

import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench.figures import Samples, Verdict, verdict
from tests.bench.part import Bar, Sample

FOLDER = Path(__file__).parent / "results"


@dataclass(frozen=True, kw_only=True)
class Result:
    """What was declared, what was measured, and under which circumstances."""

    name: str
    title: str
    question: str
    input: str
    plotted: str
    seed: int
    quick: bool
    commit: str
    watched: Mapping[str, Any]
    versions: Mapping[str, str]
    settings: Mapping[str, Sequence[str]]
    samples: Mapping[str, Sequence[Sample]]
    bars: Sequence[Bar]

    def verdicts(self) -> list[Verdict]:
        """Check every bar against what was measured."""
        return [verdict(bar, self.samples) for bar in self.bars]


def metrics_of(samples: Samples) -> list[str]:
    """Name what was measured, in order of first appearance."""
    every = (sample for several in samples.values() for sample in several)
    return list(dict.fromkeys(metric for sample in every for metric in sample))


def written(results: Iterable[Result]) -> str:
    """Write results as JSON, with figures to six digits."""
    rounded = [_rounded(asdict(result)) for result in results]
    return json.dumps(rounded, indent=1, ensure_ascii=False) + "\n"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, Mapping):
        return {name: _rounded(each) for name, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list | tuple) else value


def read(text: str) -> list[Result]:
    """Read what `written` wrote."""
    return [
        Result(**{**found, "bars": [_bar(**bar) for bar in found["bars"]]})
        for found in json.loads(text)
    ]


def _bar(*, of: list[str], to: list[str] | None, **rest: Any) -> Bar:
    return Bar(of=(of[0], of[1]), to=(to[0], to[1]) if to else None, **rest)


def kept() -> list[Result]:
    """Read every part's last full run, in order of their titles."""
    found = [read(path.read_text(encoding="utf-8"))[0] for path in FOLDER.glob("*.json")]
    return sorted(found, key=lambda result: result.title)


def keep(result: Result) -> None:
    """Save a full run as the last one of its part."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{result.name}.json").write_text(written([result]), encoding="utf-8")


def commit() -> str:
    """Name the commit that is measured, and say whether the work tree differs from it."""
    asked = ["git", "describe", "--always", "--dirty=, changed", "--exclude=*"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
