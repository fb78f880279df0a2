"""A micro-batch is applied bite by bite, and the result does not show it."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from glue_jobs.availability import sink
from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.sink import (
    LEAST_ROWS,
    apply_records,
    bite_of,
    bite_size,
    connect_to_staging,
    kept_connection,
)
from local_stack.services.postgres import Postgres
from tests.support.availability import at, chunks, summary, trip
from tests.support.batches import create_database
from tests.support.eventually import eventually
from tests.support.staging import Staged, staged

pytestmark = pytest.mark.integration

RIDES = [
    trip("AB"[n % 2], "BC"[n % 3 // 2], at(8, n), at(9, n), bike=str(n % 7)) for n in range(40)
]
RECORDS = [
    staged(*one, offset) for offset, one in enumerate([*chunks(RIDES, 2), summary(len(RIDES))])
]

# Sessions with staging tables: one waits for the writer's lock, the other for its client.
SESSIONS = """
    SELECT CASE wait_event_type WHEN 'Lock' THEN 'applying' ELSE 'staged' END, pid
    FROM pg_stat_activity
    WHERE wait_event IN ('advisory', 'ClientRead') AND pid IN (
        SELECT pid FROM pg_locks
        WHERE mode = 'AccessExclusiveLock' AND database = (
            SELECT oid FROM pg_database WHERE datname = current_database()
        )
    )
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """One cluster for the tests of this module."""
    with Postgres(home=tmp_path_factory.mktemp("bites")) as running:
        yield running


@pytest.fixture
def database(server: Postgres, request: pytest.FixtureRequest) -> DatabaseSettings:
    """An empty database."""
    return DatabaseSettings(url=create_database(server.dsn, request.node.name[:60], "head"))


def apply(database: DatabaseSettings, records: Iterable[Staged], *, size: int) -> None:
    """Apply what one task is given, with at most `size` rows a bite."""
    rows = size * LEAST_ROWS
    apply_records(records, lane="live", batch_id=1, database=database, bite_rows=rows)


def told(database: DatabaseSettings, statement: str) -> list[tuple[object, ...]]:
    """Query the database."""
    with (
        closing(psycopg2.connect(database.url)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def state(database: DatabaseSettings) -> list[tuple[object, ...]]:
    """What is served, and what became of the drop."""
    return told(
        database, "SELECT station_id, num_bikes_available, net_flow FROM station_status ORDER BY 1"
    ) + told(database, "SELECT state, rows_published, rows_applied FROM drop_account")


class TestApplyRecords:
    def test_the_size_of_a_bite_changes_nothing(
        self, database: DatabaseSettings, server: Postgres
    ) -> None:
        """The result does not depend on how a micro-batch is cut."""
        whole = DatabaseSettings(url=create_database(server.dsn, "whole", "head"))

        apply(database, RECORDS, size=3)
        apply(whole, RECORDS, size=1000)

        assert state(database) == state(whole)
        assert told(database, "SELECT count(*) FROM applied_batch") == [(7,)]
        assert state(database)[-1] == ("complete", 40, 40)

    def test_a_batch_that_comes_again_changes_nothing(self, database: DatabaseSettings) -> None:
        """A micro-batch that failed after some of its bites is repeated whole."""
        apply(database, RECORDS[:9], size=3)
        apply(database, RECORDS, size=5)
        once = state(database)
        apply(database, RECORDS, size=2)

        assert state(database) == once
        assert once[-1] == ("complete", 40, 40)

    def test_a_refused_record_stops_no_other_of_its_bite(self, database: DatabaseSettings) -> None:
        """The bite is one transaction, and yet only the bad record is set aside."""
        bad = replace(RECORDS[4], value=RECORDS[4].value.replace(b",2019-07-01T08", b",never", 1))

        apply(database, [*RECORDS[:4], bad, *RECORDS[5:]], size=50)

        assert told(database, "SELECT kafka_offset FROM unreadable_record") == [(4,)]
        assert told(database, "SELECT count(*) FROM trip") == [(39,)]
        assert state(database)[-1] == ("applying", 40, 39)


@dataclass(frozen=True)
class Held:
    """A batch of four bites that is blocked: one waits to be applied, the next is staged."""

    batch: Future[None]
    lock: Connection
    database: DatabaseSettings

    def let_go(self) -> None:
        """Let it go on, and wait for it to finish."""
        self.lock.close()
        self.batch.result(timeout=20)

    def sessions(self) -> dict[str, int]:
        """Return the process that waits to apply, and the one that holds a staged bite."""
        rows = told(self.database, SESSIONS)
        return {str(what): int(str(pid)) for what, pid in rows}


@contextmanager
def held_up(database: DatabaseSettings) -> Iterator[Held]:
    """Hold the writer's lock until two of the four bites wait; yield while it is held."""
    with ThreadPoolExecutor(1) as pool, closing(psycopg2.connect(database.url)) as lock:
        lock.cursor().execute("SELECT pg_advisory_lock(hashtext('bikeshare.apply_batch'))")
        held = Held(pool.submit(apply, database, RECORDS, size=6), lock, database)
        assert eventually(lambda: len(held.sessions()) == 2, within_s=20)
        yield held


class TestTurns:
    @pytest.fixture
    def held(self, database: DatabaseSettings) -> Iterator[Held]:
        """A batch that is blocked."""
        with held_up(database) as held:
            yield held

    def test_a_bite_is_staged_while_the_one_before_is_applied(self, held: Held) -> None:
        """The database can COPY meanwhile."""
        assert told(held.database, "SELECT count(*) FROM applied_batch") == [(0,)]

        held.let_go()

        assert told(held.database, "SELECT count(*) FROM applied_batch") == [(4,)]
        assert state(held.database)[-1] == ("complete", 40, 40)

    def test_a_bite_that_fails_takes_the_staged_one_with_it(self, held: Held) -> None:
        """Nothing is applied out of turn, and no session is left open in a transaction."""
        told(held.database, f"SELECT pg_terminate_backend({held.sessions()['applying']})")

        with pytest.raises(psycopg2.Error):
            held.let_go()

        assert eventually(lambda: held.sessions() == {}, within_s=20)
        assert told(held.database, "SELECT count(*) FROM applied_batch") == [(0,)]

    def test_a_staged_bite_that_is_lost_does_not_pass_for_applied(self, held: Held) -> None:
        """The batch fails and is repeated; the bite before was applied."""
        told(held.database, f"SELECT pg_terminate_backend({held.sessions()['staged']})")

        with pytest.raises(psycopg2.Error):
            held.let_go()

        assert told(held.database, "SELECT count(*) FROM applied_batch") == [(1,)]
        apply(held.database, RECORDS, size=6)
        assert state(held.database)[-1] == ("complete", 40, 40)

    def test_a_staged_bite_waits_as_long_as_the_one_before_takes(
        self, database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Postgres ends sessions that are idle in a transaction; this one is kept alive."""
        monkeypatch.setattr(sink, "LONGEST_PAUSE", "800ms")
        monkeypatch.setattr(sink, "SIGN_OF_LIFE_S", 0.2)
        with held_up(database) as held:
            held.lock.cursor().execute("SELECT pg_sleep(3)")
            held.let_go()

        assert state(database)[-1] == ("complete", 40, 40)

    def test_records_that_cannot_be_read_stop_none_before_them(
        self, database: DatabaseSettings
    ) -> None:
        """The bite under way is applied first; then the batch fails, to be repeated."""

        def records() -> Iterator[Staged]:
            yield from RECORDS[:9]
            message = "the executor is gone"
            raise ConnectionError(message)

        with pytest.raises(ConnectionError, match="gone"):
            apply(database, records(), size=6)

        assert told(database, "SELECT records FROM applied_batch") == [(6,)]
        apply(database, RECORDS, size=6)
        assert state(database)[-1] == ("complete", 40, 40)


class TestBiteOf:
    @pytest.mark.parametrize(
        ("counts", "rows", "bites"),
        [
            ([500] * 5, 1000, [2, 2, 1]),
            ([500] * 3, 999, [2, 1]),
            ([1, 1, 600, 1], 2 * LEAST_ROWS, [2, 1, 1]),
            ([-5, 0], 2 * LEAST_ROWS, [2]),
            ([10_000, 1], 1, [1, 1]),
            ([3, 3], 0, [1, 1]),
            ([], 100, []),
        ],
    )
    def test_takes_every_record_once(self, counts: list[int], rows: int, bites: list[int]) -> None:
        """A skipped record would be lost, since its micro-batch succeeds."""
        records = [replace(RECORDS[0], kafka_offset=n, row_count=c) for n, c in enumerate(counts)]
        left = iter(records)
        taken = list(iter(lambda: bite_of(left, rows), []))

        assert [len(bite) for bite in taken] == bites
        assert [record for bite in taken for record in bite] == records


class TestBiteSize:
    def test_a_backfill_takes_little_while_live_rows_come_in(
        self, database: DatabaseSettings
    ) -> None:
        """A live row waits for the bite that is being applied."""
        with closing(connect_to_staging(database, "backfill")) as connection:
            assert bite_size(connection, "backfill", most=40_000) == 40_000
            apply(database, RECORDS[:1], size=1)
            assert bite_size(connection, "backfill", most=40_000) == 5_000
            assert bite_size(connection, "backfill", most=3) == 3
            assert bite_size(connection, "live", most=40_000) == 40_000

            told(database, "UPDATE applied_batch SET applied_at = applied_at - interval '1 minute'")
            assert bite_size(connection, "backfill", most=40_000) == 40_000


class TestKeptConnection:
    def test_is_kept_for_the_next_batch_of_the_same_database(
        self, database: DatabaseSettings, server: Postgres
    ) -> None:
        """Postgres caches plans per connection; another database needs another connection."""
        other = DatabaseSettings(url=create_database(server.dsn, "other", "head"))
        with kept_connection(database, "live") as first:
            pass
        with kept_connection(database, "live") as second:
            assert second is first
        with kept_connection(other, "live") as third:
            assert third is not first
        assert first.closed

    def test_is_made_anew_when_the_database_has_let_go_of_it(
        self, database: DatabaseSettings
    ) -> None:
        """A proxy drops idle connections, and a restarted database drops all."""
        with kept_connection(database, "live") as first:
            pass
        told(database, f"SELECT pg_terminate_backend({first.info.backend_pid})")

        apply(database, RECORDS, size=50)

        assert state(database)[-1] == ("complete", 40, 40)

    def test_is_not_kept_by_a_batch_that_failed(self, database: DatabaseSettings) -> None:
        """Nobody knows what state such a session is in."""
        with pytest.raises(ZeroDivisionError), kept_connection(database, "live") as first:
            raise ZeroDivisionError

        assert first.closed
