from pathlib import Path

import pytest

from tests.fuzz.schemathesis_run import run
from tests.support.served_api import put_city, served_api
from tests.support.served_stations import ServedState

pytestmark = pytest.mark.integration


class TestFuzz:
    """A client that knows only the contract, and has bad manners."""

    def test_finds_nothing(self, served: ServedState, tmp_path: Path) -> None:
        """A short run; `make fuzz` is the long one."""
        put_city(served)
        with served_api(tmp_path, served.dsn) as url:
            found = run(url, "--max-examples", "8", "--phases", "examples,coverage,fuzzing")

        assert found.returncode == 0
