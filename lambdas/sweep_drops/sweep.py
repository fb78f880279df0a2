"""
Queue again each drop that will not make progress by itself.

A lost notification must not be a lost file. What is queued twice costs work and changes nothing: a
second attempt's rows are duplicates. So the sweep may err on the side of queueing, and its patience
only keeps that rare.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from bikeshare.drops import Drop, Lane
from lambdas.sweep_drops.memory import Memory
from lambdas.sweep_drops.queries import Ask, Unfinished

LONGEST_WAIT: Final = timedelta(days=1)
MOST_DOUBLINGS: Final = 20
# While messages wait, a drop that nobody has heard of is most likely announced by one of them.
BUSY_FACTOR: Final = 4


@dataclass(frozen=True, kw_only=True)
class Patience:
    """
    How long a drop may stand still, and how many messages may wait in a queue.

    `stalled_after` is the limit for a drop whose records are all in Kafka.
    """

    grace: timedelta
    stalled_after: timedelta
    max_waiting: int

    def with_drop(self, memory: Memory) -> timedelta:
        """Return how long to wait: doubled each time, up to a day, as some drops always fail."""
        doubled: timedelta = self.grace * 2 ** min(memory.times_queued, MOST_DOUBLINGS)
        return min(doubled, max(LONGEST_WAIT, self.grace))


class Queue(Protocol):
    """Where drops of a lane are announced."""

    def waiting(self) -> int:
        """Count the messages that nobody has taken yet."""

    def announce(self, drop: Drop) -> None:
        """Announce that a drop landed."""


@dataclass(kw_only=True)
class Swept:
    """What a sweep did, in numbers, and what the next one is to remember."""

    looked_at: int = 0
    unfinished: Counter[str] = field(default_factory=Counter)
    queued: int = 0
    left_for_later: int = 0
    memories: dict[str, Memory] = field(default_factory=dict)

    def told(self) -> dict[str, object]:
        """Return the numbers, for a log line or a response."""
        return {
            "looked_at": self.looked_at,
            "unfinished": dict(sorted(self.unfinished.items())),
            "queued": self.queued,
            "left_for_later": self.left_for_later,
        }


class Sweep:
    """One run over the bucket, or over some of it, with one page in memory at a time."""

    def __init__(
        self, *, ask: Ask, queues: Mapping[Lane, Queue], patience: Patience, now: datetime
    ) -> None:
        self._ask = ask
        self._queues = queues
        self._patience = patience
        self._now = now
        waiting = {lane: queue.waiting() for lane, queue in queues.items()}
        self._is_busy = {lane: count > 0 for lane, count in waiting.items()}
        self._room = {lane: patience.max_waiting - count for lane, count in waiting.items()}

    def look_at(self, page: Sequence[Drop], swept: Swept) -> None:
        """
        Queue again what has stood still too long, judging by what the last sweep remembered.

        What is done is noted in `swept`, whose memories start as those of earlier sweeps.
        """
        swept.looked_at += len(page)
        drops = {drop.drop_id: drop for drop in page}
        answer = self._ask(list(drops))
        before = {drop_id: swept.memories.pop(drop_id, None) for drop_id in drops}
        for drop_id, found in answer.items():
            drop = drops[drop_id]
            memory = self._recalled(drop, found, before[drop_id])
            # A new drop is tracked from its first sweep on, so that it need not wait twice.
            if self._now - drop.received_at >= self._patience.grace:
                swept.unfinished[found.state] += 1
                memory = self._treated(drop, found, memory, swept)
            swept.memories[drop_id] = memory

    def _recalled(self, drop: Drop, found: Unfinished, memory: Memory | None) -> Memory:
        """Return since when the drop has stood still; one that moved starts anew."""
        if memory and (memory.state, memory.rows_seen) == (found.state, found.rows_seen):
            return memory
        since = drop.received_at if found.is_unknown else self._now
        return Memory(state=found.state, rows_seen=found.rows_seen, since=since)

    def _treated(self, drop: Drop, found: Unfinished, memory: Memory, swept: Swept) -> Memory:
        wait = self._patience.with_drop(memory)
        if found.is_unknown and self._is_busy[drop.lane]:
            wait *= BUSY_FACTOR
        if self._now - memory.since < wait:
            return memory
        if self._room[drop.lane] <= 0:
            swept.left_for_later += 1
            return memory
        self._queues[drop.lane].announce(drop)
        self._room[drop.lane] -= 1
        swept.queued += 1
        return replace(memory, since=self._now, times_queued=memory.times_queued + 1)
