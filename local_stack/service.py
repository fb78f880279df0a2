"""What every service has in common: a driver class each, the same moves, the same words."""

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
        """The file that holds what it says."""
        return self.home / "logs" / f"{self.name}.log"

    @property
    def address(self) -> str | None:
        """Where it answers; none if it only asks others."""
        return None

    @property
    def pid(self) -> int | None:
        """Its process, while it has one."""
        return self.child.pid if self.child else None

    @abstractmethod
    def prepare(self) -> None:
        """Make what it needs before its first start; does nothing when that is there."""

    @abstractmethod
    def command(self) -> Command:
        """Say how to run it."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Tell whether it answers."""

    def settle(self) -> None:  # noqa: B027 - a service may hold nothing for us
        """Make what it holds for us, once it answers; harmless when repeated."""

    def purge(self) -> None:  # noqa: B027 - a service may keep no data
        """Remove its data for good."""

    def start(self) -> None:
        """Start it and return when it can be used."""
        self.prepare()
        self.child = Child(self.command())
        try:
            self.child.wait_ready(self.is_ready, name=self.name, timeout_s=self.start_timeout_s)
            self.settle()
        except BaseException:
            self.stop()
            raise

    def is_running(self) -> bool:
        """Tell whether its process is there."""
        return self.child is not None and self.child.is_running()

    def stop(self) -> None:
        """End it and everything it started; its data stay."""
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
        """Where it answers: on this machine only."""
        return f"{HOST}:{self.port}"
