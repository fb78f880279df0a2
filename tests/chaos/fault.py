"""What a fault is, and how faults are listed."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.chaos.world import World

Inject = Callable[[World, Random], None]


@dataclass(frozen=True)
class Fault:
    """Something bad that can happen, with the name that `--faults` takes."""

    name: str
    says: str
    inject: Inject


class ImpossibleHereError(Exception):
    """This machine does not allow the fault; its only argument says why."""


def named(*injections: Inject) -> tuple[Fault, ...]:
    """Make faults of functions, from their names and docstrings."""
    return tuple(
        Fault(one.__name__, " ".join((one.__doc__ or "").split()).rstrip("."), one)
        for one in injections
    )
