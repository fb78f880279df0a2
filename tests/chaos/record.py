"""A suite's runs in a file, written after each run so that an early end loses none."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.chaos.suite import Rebuilt, Run
from tests.chaos.verdict import Verdict


@dataclass
class Record:
    """The outcome of one command."""

    command: str
    runs: list[Run] = field(default_factory=list)
    rebuilt: list[Rebuilt] = field(default_factory=list)

    def add(self, one: Run | Rebuilt) -> None:
        """Add a run or a rebuild."""
        if isinstance(one, Run):
            self.runs.append(one)
        else:
            self.rebuilt.append(one)

    @property
    def is_good(self) -> bool:
        """Return whether everything was exact."""
        return all(one.is_good for one in (*self.runs, *self.rebuilt))

    def write(self, path: Path) -> None:
        """Write everything to a file."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Record":
        """Read what `write` wrote."""
        written = json.loads(path.read_text())
        runs = [Run(**{**run, "verdict": Verdict(**run["verdict"])}) for run in written["runs"]]
        return cls(written["command"], runs, [Rebuilt(**one) for one in written["rebuilt"]])
