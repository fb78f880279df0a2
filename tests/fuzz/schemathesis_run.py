"""Schemathesis let at the API: every check it has, but for one that no contract can state."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# That `from` lies before `to`, or that a place is given as `q` or as `lat` and `lon`, no schema of
# single parameters can say: what it allows may be refused with a 400.
UNSTATED = ("positive_data_acceptance",)


def run(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it over the whole contract; what it finds is printed."""
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json",
        "--exclude-checks", ",".join(UNSTATED), *arguments,
    ]  # fmt: skip
    env = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks"}
    return subprocess.run(command, cwd=ROOT, check=False, text=True, env=env)
