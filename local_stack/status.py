"""The state of a supervisor and its services, in a file that anyone may read."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from local_stack.home import Home, write_json


class State(StrEnum):
    """How a service, or the whole stack, is doing."""

    WAITING = "waiting"
    STARTING = "starting"
    RUNNING = "running"
    RESTARTING = "restarting"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class ServiceStatus:
    """One service as it is now."""

    name: str
    pid: int | None
    # Pids are reused; together with this, one identifies a process for good.
    pid_started_at: float | None
    address: str | None
    state: State
    restarts: int
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class StackStatus:
    """The supervisor and its services as they are now."""

    state: State
    pid: int | None
    pid_started_at: float | None
    services: tuple[ServiceStatus, ...]
    reason: str | None = None

    def write(self, home: Home) -> None:
        """Write it to the home."""
        write_json(home.state_file, asdict(self))

    @classmethod
    def read(cls, home: Home) -> "StackStatus":
        """Read what was last written, whether or not its supervisor is still alive."""
        try:
            written = json.loads(home.state_file.read_text())
        except FileNotFoundError:
            return STOPPED
        services = (
            ServiceStatus(**{**service, "state": State(service["state"])})
            for service in written.pop("services")
        )
        return cls(**{**written, "state": State(written["state"]), "services": tuple(services)})

    def service(self, name: str) -> ServiceStatus | None:
        """Return one service's state; None if it is unknown."""
        return next((service for service in self.services if service.name == name), None)


STOPPED = StackStatus(state=State.STOPPED, pid=None, pid_started_at=None, services=())


def overall(states: Sequence[State]) -> State:
    """Sum up the services' states: the stack runs if each of them does."""
    if all(state is State.RUNNING for state in states):
        return State.RUNNING
    return State.FAILED if State.FAILED in states else State.STARTING
