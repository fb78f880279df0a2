from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bikeshare.drops import Drop, Lane
from lambdas.sweep_drops.memory import Memory
from lambdas.sweep_drops.queries import Unfinished
from lambdas.sweep_drops.sweep import Patience, Sweep, Swept

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class FakeQueue:
    """A queue that remembers what was announced in it."""

    def __init__(self, waiting: int = 0) -> None:
        self._waiting = waiting
        self.announced: list[str] = []

    def waiting(self) -> int:
        """Return how many messages were there before."""
        return self._waiting

    def announce(self, drop: Drop) -> None:
        """Record a drop."""
        self.announced.append(drop.key)


def drop(name: str, *, age: timedelta = 2 * HOUR, lane: Lane = Lane.LIVE) -> Drop:
    """An object in the bucket of which a test states only what it is about."""
    return Drop(
        key=f"{lane.prefix}{name}",
        version_id="v1",
        etag="e",
        size_bytes=1,
        received_at=NOW - age,
    )


UNKNOWN = Unfinished(state="unknown", rows_seen=0)
HALF = Unfinished(state="publishing", rows_seen=400)


class Bench:
    """A sweep over literal drops."""

    def __init__(self, *, waiting: int = 0, max_waiting: int = 100) -> None:
        self.queues = {lane: FakeQueue(waiting) for lane in Lane}
        self.patience = Patience(grace=HOUR, stalled_after=HOUR, max_waiting=max_waiting)

    def run(
        self,
        found: dict[Drop, Unfinished | None],
        memories: dict[str, Memory] | None = None,
        now: datetime = NOW,
    ) -> Swept:
        """Sweep a bucket that holds these drops, two per page; None is a finished one."""
        drops = list(found)
        pages = [drops[first : first + 2] for first in range(0, len(drops), 2)]
        by_id = {one.drop_id: state for one, state in found.items() if state}

        def ask(drop_ids: Sequence[str]) -> dict[str, Unfinished]:
            return {one: by_id[one] for one in drop_ids if one in by_id}

        sweep = Sweep(ask=ask, queues=self.queues, patience=self.patience, now=now)
        swept = Swept(memories=dict(memories or {}))
        for page in pages:
            sweep.look_at(page, swept)
        return swept

    @property
    def announced(self) -> list[str]:
        """Return everything queued, lane by lane."""
        return [key for queue in self.queues.values() for key in queue.announced]


class TestSweep:
    def test_queues_what_nobody_has_heard_of(self) -> None:
        """A lost notification must not be a lost file, and each lane has its own publisher."""
        bench = Bench()
        lost = {
            drop("a.csv"): UNKNOWN,
            drop("b.csv"): None,
            drop("c.csv", lane=Lane.BACKFILL): UNKNOWN,
            drop("d.json", lane=Lane.STATIONS): UNKNOWN,
        }

        swept = bench.run(lost)

        assert bench.queues[Lane.LIVE].announced == ["live/a.csv"]
        assert bench.queues[Lane.BACKFILL].announced == ["backfill/c.csv"]
        assert bench.queues[Lane.STATIONS].announced == ["stations/d.json"]
        assert swept.told() == {
            "looked_at": 4,
            "unfinished": {"unknown": 3},
            "queued": 3,
            "left_for_later": 0,
        }

    def test_leaves_a_fresh_drop_alone(self) -> None:
        """Its notification is most likely on its way, and there is no cause for alarm."""
        bench = Bench()

        swept = bench.run({drop("fresh.csv", age=HOUR / 2): UNKNOWN})

        assert bench.announced == []
        assert swept.told()["unfinished"] == {}

    def test_a_drop_is_watched_from_its_first_sweep_on(self) -> None:
        """A function that was killed at once must not cost twice the patience."""
        bench, dead = Bench(), drop("dead.csv", age=HOUR / 10)

        first = bench.run({dead: HALF})
        early = bench.run({dead: HALF}, first.memories, NOW + HOUR * 0.95)
        assert bench.announced == []
        bench.run({dead: HALF}, early.memories, NOW + HOUR)

        assert bench.announced == ["live/dead.csv"]

    def test_waits_while_an_attempt_makes_progress(self) -> None:
        """A large file takes its time, and a second attempt beside it would take more."""
        bench, large = Bench(), drop("large.csv")

        first = bench.run({large: HALF})
        moved = Unfinished(state="publishing", rows_seen=900)
        second = bench.run({large: moved}, first.memories, NOW + 2 * HOUR)

        assert bench.announced == []
        assert second.memories[large.drop_id] == Memory(
            state="publishing", rows_seen=900, since=NOW + 2 * HOUR
        )

    @pytest.mark.parametrize("state", ["publishing", "applying"])
    def test_queues_what_stands_still(self, state: str) -> None:
        """A function that was killed halfway leaves rows and no summary."""
        bench, dead = Bench(), drop("dead.csv")
        half = Unfinished(state=state, rows_seen=400)

        first = bench.run({dead: half})
        bench.run({dead: half}, first.memories, NOW + HOUR)

        assert bench.announced == ["live/dead.csv"]

    def test_waits_twice_as_long_each_time(self) -> None:
        """A file that always fails must not keep the publishers busy."""
        bench, poison = Bench(), drop("poison.csv")
        memories: dict[str, Memory] = {}
        queued_at = []

        for hour in range(12):
            before = len(bench.announced)
            memories = bench.run({poison: UNKNOWN}, memories, NOW + hour * HOUR).memories
            queued_at += [hour] * (len(bench.announced) - before)

        assert queued_at == [0, 2, 6]

    def test_tries_even_the_worst_once_a_day(self) -> None:
        """What made it fail may have been fixed."""
        bench, poison = Bench(), drop("poison.csv", age=900 * HOUR)
        worst = Memory(
            state="unknown", rows_seen=0, since=NOW - timedelta(days=1), times_queued=4000
        )

        bench.run({poison: UNKNOWN}, {poison.drop_id: worst})

        assert bench.announced == ["live/poison.csv"]

    def test_never_makes_a_queue_longer_than_its_limit(self) -> None:
        """A thousand lost files are brought back in turns; the number left over is reported."""
        bench = Bench(max_waiting=2)
        many = {drop(f"{number}.csv"): UNKNOWN for number in range(5)}

        first = bench.run(many)
        assert (first.queued, first.left_for_later) == (2, 3)

        second = bench.run(many, first.memories)
        assert (second.queued, second.left_for_later) == (2, 1)
        assert sorted(bench.announced) == [f"live/{number}.csv" for number in range(4)]

    def test_counts_what_waits_already_against_the_limit(self) -> None:
        """Otherwise every sweep would add as much again to a publisher's backlog."""
        bench = Bench(waiting=3, max_waiting=5)

        swept = bench.run({drop(f"{number}.csv", age=5 * HOUR): UNKNOWN for number in range(5)})

        assert (swept.queued, swept.left_for_later) == (2, 3)

    def test_is_more_patient_while_messages_wait(self) -> None:
        """In a backlog, most unknown drops are only waiting; doing all twice would be worse."""
        bench = Bench(waiting=1)

        bench.run({drop("waits.csv", age=3 * HOUR): UNKNOWN})
        assert bench.announced == []

        bench.run({drop("lost.csv", age=4 * HOUR): UNKNOWN})
        assert bench.announced == ["live/lost.csv"]

    def test_forgets_what_is_finished(self) -> None:
        """The memory must not grow over the years."""
        bench, done = Bench(), drop("done.csv")
        memory = Memory(state="unknown", rows_seen=0, since=NOW, times_queued=1)

        assert bench.run({done: None}, {done.drop_id: memory}).memories == {}

    def test_keeps_what_it_remembers_of_drops_that_it_does_not_look_at(self) -> None:
        """A sweep looks at one part of the bucket, and the next one at another."""
        bench, elsewhere = Bench(), drop("elsewhere.csv")
        memory = Memory(state="unknown", rows_seen=0, since=NOW, times_queued=1)

        swept = bench.run({drop("done.csv"): None}, {elsewhere.drop_id: memory})

        assert swept.memories == {elsewhere.drop_id: memory}
