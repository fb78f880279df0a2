"""The suite: which faults there are, in which order they strike, and the outcome of each."""

import time
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

from tests.chaos import (
    continuation_faults,
    database_faults,
    file_faults,
    notification_faults,
    process_faults,
    record_faults,
)
from tests.chaos.fault import Fault, ImpossibleHereError
from tests.chaos.verdict import Verdict, judge
from tests.chaos.world import World
from tests.support.stack import ROOT

FAULTS = (
    *process_faults.FAULTS,
    *database_faults.FAULTS,
    *notification_faults.FAULTS,
    *continuation_faults.FAULTS,
    *file_faults.FAULTS,
    *record_faults.FAULTS,
)
RUNS_A_WORLD = 28
# The message of a killed function stays invisible on its queue: only the sweep finds the drop.
SWEPT = {"function_killed", "never_notified"}
SWEPT_TURN = 4
LOGS = ROOT / ".build" / "chaos-logs"


@dataclass
class Run:
    """One fault, injected once."""

    number: int
    fault: str
    seed: str
    recovered: bool = False
    seconds: float | None = None
    impossible: str | None = None
    verdict: Verdict = field(default_factory=Verdict)

    @property
    def is_good(self) -> bool:
        """Return whether the stack recovered by itself, to the exact state."""
        return self.impossible is not None or (self.recovered and self.verdict.is_good)


@dataclass
class Rebuilt:
    """The state of one stack, and of another that got the same files in another order."""

    runs: int
    drops: int
    state: str
    rebuilt_state: str

    @property
    def is_good(self) -> bool:
        """Return whether both states are the same."""
        return self.state == self.rebuilt_state


def plan(seed: int, runs: int, faults: Sequence[Fault]) -> list[Fault]:
    """Order the faults in seeded rounds; those that wait for the sweep join every fourth round."""
    order: list[Fault] = []
    for turn in count():
        due = [one for one in faults if turn % SWEPT_TURN == 0 or one.name not in SWEPT]
        order += seeded(seed, turn).sample(due, len(due))
        if len(order) >= runs:
            return order[:runs]
    raise AssertionError


def seeded(*parts: object) -> Random:
    """Return a generator for one step, independent of all other steps."""
    return Random("/".join(map(str, parts)))  # noqa: S311 - repeatable, not secret


def run_all(seed: int, faults: Sequence[Fault]) -> Iterator[Run | Rebuilt]:
    """Inject every fault of a plan, some dozens in each stack's lifetime."""
    left = deque(enumerate(faults))
    while left:
        first = left[0][0]
        part = [left.popleft() for _ in range(min(RUNS_A_WORLD, len(left)))]
        with World(seeded(seed, "world", first)) as world:
            for number, fault in part:
                run = strike(world, fault, number, seed)
                yield run
                if not run.is_good:
                    world.keep_logs(LOGS / str(number))
                    break
            else:
                yield rebuild(world, len(part), seeded(seed, "rebuild", first))
                continue
        # A stack that went wrong once would fail all that follows: go on with a new one.
        left.extendleft(reversed([one for one in part if one[0] > number]))


def strike(world: World, fault: Fault, number: int, seed: int) -> Run:
    """Inject one fault, wait until the stack has recovered, and judge its state."""
    run = Run(number, fault.name, f"{seed}/{number}/{fault.name}")
    world.strike()
    try:
        fault.inject(world, seeded(run.seed))
        run.seconds = round(world.recover(), 2)
        run.recovered = True
        run.verdict = judge(world)
    except ImpossibleHereError as error:
        run.impossible = str(error)
    except Exception as error:  # noqa: BLE001 - the outermost loop: any failure is a finding
        run.seconds = round(time.monotonic() - world.struck_at, 2)
        run.verdict.complaints += ["".join(traceback.format_exception(error))[-2000:]]
    return run


def rebuild(world: World, runs: int, random: Random) -> Rebuilt:
    """Drop the same files into an empty stack, in another order, and compare the two states."""
    state = world.database.state_hash()
    drops = list(dict.fromkeys(world.dropped))
    random.shuffle(drops)
    world.stack.run("down", timeout_s=90)
    try:
        with World(random) as empty:
            for key, path in drops:
                empty.put(path, key)
            empty.recover()
            return Rebuilt(runs, len(drops), state, empty.database.state_hash())
    except Exception as error:  # noqa: BLE001 - as above
        return Rebuilt(runs, len(drops), state, f"failed: {error}")
