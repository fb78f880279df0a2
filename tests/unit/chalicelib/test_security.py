import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+/test_\w+\.py)(?:::(\w+))?`", DOCUMENT)))


class TestSecurityDocument:
    """What docs/security.md promises is shown by a test that exists."""

    def test_goes_through_the_ten(self) -> None:
        """Each with at least one test."""
        rows = [line for line in DOCUMENT.splitlines() if line.startswith("| API")]

        assert [row.split()[1] for row in rows] == [f"API{n}" for n in range(1, 11)]
        assert all("`tests/" in row for row in rows)

    @pytest.mark.parametrize(("path", "name"), NAMED)
    def test_names_tests_that_exist(self, path: str, name: str) -> None:
        """A renamed test would leave a promise without proof."""
        source = (ROOT / path).read_text()

        assert f"class {name}:" in source if name else "def test_" in source
