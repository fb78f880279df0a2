"""The table of guarantees names its proofs; this test checks that they exist."""

import re

from tests.chaos.suite import FAULTS
from tests.support.stack import ROOT

PAGE = ROOT / "docs" / "reliability.md"


def proofs(section: str) -> list[str]:
    """Return what the last column of a table names."""
    text = PAGE.read_text().partition(section)[2].partition("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[-2])]


class TestGuarantees:
    def test_every_fault_shows_one(self) -> None:
        """A fault that proves no guarantee is pointless, or a guarantee is missing."""
        named = {name for name in proofs("## Guarantees in words") if "/" not in name}

        assert named == {fault.name for fault in FAULTS}

    def test_every_test_exists(self) -> None:
        """A guarantee whose test was renamed or removed would be a mere claim."""
        tests = [name for name in proofs("## Guarantees in words") if "/" in name]
        missing = [name for name in tests if not exists(name)]

        assert len(tests) > 10
        assert missing == []


def exists(test: str) -> bool:
    """Return whether a file has a test, or a class of tests, of that name."""
    path, _, name = test.partition("::")
    file = ROOT / path
    if not file.is_file():
        return False
    return not name or re.search(rf"(def|class) {name}\b", file.read_text()) is not None
