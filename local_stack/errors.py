"""
What can go wrong with the stack on one machine; a branch of the tree in bikeshare.errors.

BikeshareError
└── LocalStackError          the command prints it in one line and ends with its exit code
    ├── StartError           a service did not become ready
    ├── MissingNeedError     something that must be installed on the machine is not
    ├── NotRunningError      the verb needs a running stack and there is none
    ├── AlreadyRunningError  another supervisor holds this home
    └── UsageError           the arguments make no sense together
"""

from pathlib import Path
from typing import ClassVar

from bikeshare.errors import BikeshareError


class LocalStackError(BikeshareError):
    """A verb of the local stack that cannot do what it was asked."""

    exit_code: ClassVar[int] = 1


class StartError(LocalStackError):
    """A service that ended, or stayed silent, before it was ready."""

    def __init__(self, reason: str, *, log: Path) -> None:
        super().__init__(f"{reason}; its log is {log}")
        self.reason = reason
        self.log = log


class MissingNeedError(LocalStackError):
    """A program or file that the machine lacks; the text says how to get it."""


class NotRunningError(LocalStackError):
    """The verb needs a running stack, and this home has none."""

    exit_code = 3


class AlreadyRunningError(LocalStackError):
    """Another supervisor holds this home; two would start every service twice."""


class UsageError(LocalStackError):
    """Arguments that parse but make no sense together."""

    exit_code = 2
