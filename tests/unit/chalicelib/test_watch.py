import threading

import pytest
from chalicelib.database import DatabaseUnavailableError
from chalicelib.picture import Picture
from chalicelib.queries import SystemState
from chalicelib.watch import LATE_S, LONGEST_RETRY_S, RETRY_FACTOR, RETRY_S, Watch, warning_of

from tests.support.served_stations import CLOCK, station_row


class FakeDatabase:
    """A database that counts how often it is read, and may be away or slow."""

    def __init__(self) -> None:
        self.version = 1
        self.reads = 0
        self.is_away = False
        self.takes_s = 0.0
        self.now = 0.0
        self.gate = threading.Event()
        self.gate.set()
        self.asked = threading.Event()

    def read(self, known: Picture | None) -> Picture:
        """Return the current picture."""
        self.reads += 1
        self.asked.set()
        self.gate.wait(timeout=10)
        self.now += self.takes_s
        if self.is_away:
            message = "away"
            raise DatabaseUnavailableError(message)
        state = SystemState(self.version, CLOCK)
        if known is not None and known.state == state:
            return known
        return Picture(state=state, stations=[station_row()], gone={}, second_since=1)


class Watched:
    """A watch on that database, with a clock that the test moves."""

    def __init__(self) -> None:
        self.database = FakeDatabase()
        self.watch = Watch(self.database.read, every_s=1.0, clock=lambda: self.now)

    @property
    def now(self) -> float:
        """Return the clock's time: reading takes its time."""
        return self.database.now

    @now.setter
    def now(self, moment: float) -> None:
        self.database.now = moment


class TestWatch:
    """The picture that all callers share."""

    def test_reads_once_in_a_while_however_many_ask(self) -> None:
        """A thousand callers a second are one to the database."""
        watched = Watched()
        for _ in range(1000):
            watched.watch.newest()

        assert watched.database.reads == 1
        watched.now = 1.0
        for _ in range(1000):
            watched.watch.newest()
        assert watched.database.reads == 2

    def test_shows_what_a_batch_changed(self) -> None:
        """At the next read."""
        watched = Watched()
        watched.watch.newest()
        watched.database.version, watched.now = 2, 1.0

        assert watched.watch.newest().state.version == 2

    def test_keeps_the_last_good_picture_while_the_database_is_away(self) -> None:
        """And says so, until it is back."""
        watched = Watched()
        fresh = watched.watch.newest()
        watched.database.is_away, watched.now = True, 1.0

        stale = watched.watch.newest()

        assert stale.stations == fresh.stations
        assert stale.stale_since is not None
        assert warning_of(stale)["Warning"].startswith("110")
        assert int(warning_of(stale)["Age"]) >= 1
        watched.now += 0.5
        reads = watched.database.reads
        assert watched.watch.newest() is stale
        assert watched.database.reads == reads
        watched.database.is_away, watched.now = False, 1.0 + RETRY_S
        assert watched.watch.newest().stale_since is None

    def test_says_so_when_there_is_nothing_to_show(self) -> None:
        """At once, for a while: a try may take seconds."""
        watched = Watched()
        watched.database.is_away = True

        for _ in range(3):
            with pytest.raises(DatabaseUnavailableError):
                watched.watch.newest()
        assert watched.database.reads == 1

    def test_lets_nobody_wait_for_another(self) -> None:
        """While one reads, the others are shown what there is."""
        watched = Watched()
        first = watched.watch.newest()
        watched.now = 1.0
        watched.database.version = 2
        watched.database.gate.clear()
        watched.database.asked.clear()
        slow = threading.Thread(target=watched.watch.newest)
        slow.start()
        assert watched.database.asked.wait(timeout=10)

        assert watched.watch.newest() is first
        watched.database.gate.set()
        slow.join(timeout=10)
        assert watched.watch.newest().state.version == 2

    def test_says_that_it_is_old_where_the_database_hangs(self) -> None:
        """It neither answers nor refuses, so nobody learns anything for seconds."""
        watched = Watched()
        first = watched.watch.newest()
        watched.now = 1.0
        watched.database.gate.clear()
        watched.database.asked.clear()
        slow = threading.Thread(target=watched.watch.newest)
        slow.start()
        assert watched.database.asked.wait(timeout=10)
        watched.now += LATE_S + 0.1

        old = watched.watch.newest()

        assert (old.stations, first.stale_since) == (first.stations, None)
        assert old.stale_since is not None
        assert watched.watch.newest() is old
        watched.database.gate.set()
        slow.join(timeout=10)
        assert watched.watch.newest().stale_since is None

    @pytest.mark.parametrize(("took", "rest"), [(0.1, RETRY_S), (3, 3 * RETRY_FACTOR)])
    def test_leaves_a_slow_database_alone_for_longer(self, took: float, rest: float) -> None:
        """Each try makes one caller wait for as long as it takes; few should."""
        watched = Watched()
        watched.watch.newest()

        watched.database.is_away, watched.database.takes_s, watched.now = True, took, 1.0
        watched.watch.newest()
        failed_at, reads = watched.now, watched.database.reads

        watched.now = failed_at + rest - 0.1
        watched.watch.newest()
        assert watched.database.reads == reads
        watched.now = failed_at + rest
        watched.watch.newest()
        assert watched.database.reads == reads + 1
        assert rest <= LONGEST_RETRY_S
