"""The interface that the drivers of all services share."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Self

from local_stack.ports import HOST, free_port
from local_stack.process import Child, Command


class Service(ABC):
    """
    A driver of one service, for the stack's supervisor and for a test alike.

    In a `with` block it is a fixture: it starts on entering, and on leaving it stops and its data
    are removed. With `start` and `stop` its data stay.
    """

    name: ClassVar[str]
    start_timeout_s: ClassVar[float] = 60.0

    def __init__(self, *, home: Path) -> None:
        self.home = home.resolve()
        self.child: Child | None = None

    @property
    def log(self) -> Path:
        """The service's log file."""
        return self.home / "logs" / f"{self.name}.log"

    @property
    def address(self) -> str | None:
        """Where it listens; None if it only connects to others."""
        return None

    @property
    def pid(self) -> int | None:
        """The id of its process, None while it has none."""
        return self.child.pid if self.child else None

    @abstractmethod
    def prepare(self) -> None:
        """Create what it needs before its first start; idempotent."""

    @abstractmethod
    def command(self) -> Command:
        """Return the command that runs it."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Return whether it is ready for use."""

    def settle(self) -> None:  # noqa: B027 - a service may hold nothing for us
        """Create what we need in it, once it is ready; idempotent."""

    def purge(self) -> None:  # noqa: B027 - a service may keep no data
        """Remove its data for good."""

    def start(self) -> None:
        """Start it and return once it can be used."""
        self.prepare()
        self.child = Child(self.command())
        try:
            self.child.wait_ready(self.is_ready, name=self.name, timeout_s=self.start_timeout_s)
            self.settle()
        except BaseException:
            self.stop()
            raise

    def is_running(self) -> bool:
        """Return whether its process is running."""
        return self.child is not None and self.child.is_running()

    def stop(self) -> None:
        """Stop it and everything it started; its data stay."""
        if self.child is not None:
            self.child.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.purge()


class Server(Service):
    """A service that others connect to, at a port that stays the same while the driver lives."""

    def __init__(self, *, home: Path, port: int | None = None) -> None:
        super().__init__(home=home)
        self.port = port or free_port()

    @property
    def address(self) -> str:
        """Where it listens: on this machine only."""
        return f"{HOST}:{self.port}"
