"""The local stack as an outsider uses it: through its command and its HTTP API."""

import gzip
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parent.parent.parent


class LocalStack:
    """A whole stack in its own home, for as long as a `with` block lasts."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.settings = settings

    def __enter__(self) -> Self:
        self.run("up", "--detach", timeout_s=180)
        self.endpoints = json.loads((self.home / "endpoints.json").read_text())
        return self

    def __exit__(self, *_: object) -> None:
        self.run("down", timeout_s=60)

    def run(self, *arguments: str, timeout_s: float = 120) -> str:
        """Run `python -m local_stack` and return its output; on failure, raise with that output."""
        finished = self.attempt(*arguments, timeout_s=timeout_s)
        if finished.returncode:
            message = f"local_stack {' '.join(arguments)} gave {finished.returncode}:\n"
            raise AssertionError(message + finished.stdout + finished.stderr)
        return finished.stdout

    def attempt(self, *arguments: str, timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
        """Run `python -m local_stack` and return the completed process."""
        return subprocess.run(
            [sys.executable, "-m", "local_stack", "--home", str(self.home), *arguments],
            cwd=ROOT,
            env={**os.environ, **self.settings},
            text=True,
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )

    def upload(self, *files: Path, lane: str = "live") -> None:
        """Drop files into the bucket."""
        self.run("upload", *map(str, files), "--lane", lane)

    def drain(self, timeout_s: int = 240) -> None:
        """Wait until every row of every drop is accounted for."""
        self.run("drain", "--timeout", str(timeout_s), timeout_s=timeout_s + 30)

    def get(self, path: str) -> Any:
        """GET JSON from the API."""
        request = urllib.request.Request(  # noqa: S310 - the stack's own http address
            self.endpoints["api_url"].rstrip("/") + path, headers={"Accept-Encoding": "gzip"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            body = answer.read()
            if answer.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
        return json.loads(body)

    def stations(self) -> dict[str, dict[str, Any]]:
        """Return every station served, by id."""
        return {one["station_id"]: one for one in self.get("/api/v1/stations")["stations"]}

    def drops(self) -> list[dict[str, Any]]:
        """Return what happened to each drop."""
        found: list[dict[str, Any]] = self.get("/api/v1/drops")["drops"]
        return found
