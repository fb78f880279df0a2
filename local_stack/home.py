"""The one folder that holds everything a stack knows and writes."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local_stack.errors import NotRunningError, UsageError


@dataclass(frozen=True)
class Home:
    """The paths below the folder given by --home."""

    path: Path

    @property
    def mark_file(self) -> Path:
        """Marks this folder as a home, whose data may be removed."""
        return self.path / ".bikeshare-home"

    @property
    def is_ours(self) -> bool:
        """Return whether a stack made this folder; older ones left two files and no mark."""
        return self.mark_file.exists() or (self.ports_file.exists() and self.state_file.exists())

    def claim(self) -> None:
        """Make the folder a home; raise UsageError if it holds anything else."""
        self.refuse_strange()
        self.path.mkdir(parents=True, exist_ok=True)
        self.mark_file.touch()

    def refuse_strange(self) -> None:
        """Raise UsageError if the folder holds anything that no stack made."""
        held = {each.name for each in self.path.iterdir()} if self.path.exists() else set()
        # A mounted disk has a lost+found folder from the start.
        if not self.is_ours and held - {"lost+found"}:
            message = f"{self.path} holds what is not ours: give --home an empty or a new folder"
            raise UsageError(message)

    @property
    def lock_file(self) -> Path:
        """Held by the supervisor for as long as it lives."""
        return self.path / "lock"

    @property
    def state_file(self) -> Path:
        """The state of the supervisor and its services."""
        return self.path / "state.json"

    @property
    def endpoints_file(self) -> Path:
        """The services' endpoints."""
        return self.path / "endpoints.json"

    @property
    def ports_file(self) -> Path:
        """The ports chosen for this home."""
        return self.path / "ports.json"

    @property
    def requests(self) -> Path:
        """One empty file for each thing the supervisor is asked to do."""
        return self.path / "requests"

    def log(self, name: str) -> Path:
        """Return the path of a service's log."""
        return self.path / "logs" / f"{name}.log"


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """The addresses at which clients reach each part of the stack."""

    api_url: str
    s3_endpoint: str
    bucket: str
    kafka_bootstrap: str
    postgres_dsn: str

    def write(self, home: Home) -> None:
        """Write them for other programs."""
        write_json(home.endpoints_file, asdict(self))

    @classmethod
    def read(cls, home: Home) -> "Endpoints":
        """Read what the running stack wrote."""
        try:
            return cls(**json.loads(home.endpoints_file.read_text()))
        except FileNotFoundError as error:
            message = f"no stack has run in {home.path}; start one with `up --detach`"
            raise NotRunningError(message) from error


def write_json(file: Path, content: Mapping[str, Any]) -> None:
    """Replace a file in one step, so that nobody reads half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.partial")
    partial.write_text(json.dumps(content, indent=2) + "\n")
    partial.replace(file)
