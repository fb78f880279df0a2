"""A suite's runs as a file, written after each run so that an early end loses none."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.chaos.suite import Rebuilt, Run
from tests.chaos.verdict import Verdict


@dataclass
class Record:
    """What came of one command."""

    command: str
    runs: list[Run] = field(default_factory=list)
    rebuilt: list[Rebuilt] = field(default_factory=list)

    def add(self, one: Run | Rebuilt) -> None:
        """Take down what was done."""
        if isinstance(one, Run):
            self.runs.append(one)
        else:
            self.rebuilt.append(one)

    @property
    def is_good(self) -> bool:
        """Tell whether all was exact."""
        return all(one.is_good for one in (*self.runs, *self.rebuilt))

    def write(self, path: Path) -> None:
        """Write it all down."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Record":
        """Read what `write` wrote."""
        written = json.loads(path.read_text())
        runs = [Run(**{**run, "verdict": Verdict(**run["verdict"])}) for run in written["runs"]]
        return cls(written["command"], runs, [Rebuilt(**one) for one in written["rebuilt"]])
