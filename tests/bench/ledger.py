"""Databases for rivals: each starts with the same snapshot and is compared at its end."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from bikeshare.stations import Feed
from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.sink import connect_to_staging
from local_stack.services.stream import MASTER, Stream
from tests.bench.backlog import DROP, Backlog
from tests.bench.city import FIRST_RIDE_AT, statuses
from tests.bench.part import Sample
from tests.support.availability import snapshot
from tests.support.batches import apply_batch, create_database

# The outcome of the rows, without columns that depend on time or the number of batches.
STATE = (
    "SELECT trip::text FROM trip",
    "SELECT bike::text FROM bike",
    "SELECT bike_move::text FROM bike_move",
    "SELECT station::text FROM station",
    "SELECT (to_jsonb(station_status) - 'version')::text FROM station_status",
    "SELECT ROW(drop_id, rows_seen, rows_applied)::text FROM attempt",
)
# Microseconds per row between two row counts, from commit to commit.
STRETCH = """
    SELECT 1e6 * extract(epoch FROM max(applied_at) - min(applied_at)) / (max(seen) - min(seen))
    FROM (
        SELECT applied_at, sum(rows_seen) OVER (ORDER BY number) AS seen
        FROM applied_batch
        WHERE lane = 'backfill'
    ) progress
    WHERE seen BETWEEN %s AND %s
"""
# Of the backlog alone: the stations' snapshot in each template is counted there too.
SEEN = "SELECT coalesce(sum(rows_seen), 0) FROM attempt WHERE drop_id = %s"
APPLIED = "SELECT coalesce(sum(rows_applied), 0) FROM attempt WHERE drop_id = %s"
DIGEST = "SELECT count(*), sum(hashtextextended(line, 0)) FROM ({}) AS state (line)"
SPEED = """
    SELECT sum(rows_seen) FILTER (WHERE number > first)
        / extract(epoch FROM max(applied_at) - min(applied_at))
    FROM applied_batch
    CROSS JOIN (SELECT min(number) AS first FROM applied_batch WHERE lane = 'backfill') began
    WHERE lane = 'backfill'
"""
POLL_S = 0.2
LONGEST_S = 1_800


class Ledger:
    """Makes a database for each run from one template, and knows the state that all must reach."""

    def __init__(
        self,
        server: str,
        *,
        template: str = "template",
        fill: tuple[str, Mapping[str, object]] | None = None,
    ) -> None:
        self._server = server
        self._numbers = count(1)
        self._states: set[tuple[Any, ...]] = set()
        self._template = template
        made = create_database(server, template, "head")
        if fill:
            with closing(psycopg2.connect(made)) as connection, connection:
                connection.cursor().execute(*fill)
            # Otherwise autovacuum does it while a rival is measured.
            self._execute("VACUUM (ANALYZE)", dsn=made)
        with closing(connect_to_staging(DatabaseSettings(url=made), "live")) as lane:
            apply_batch(lane, 0, [snapshot(Feed.STATUS, FIRST_RIDE_AT, *statuses())])

    def version(self) -> str:
        """Return the server's version."""
        return str(self.asked(self._server, "SHOW server_version"))

    @contextmanager
    def measured(self, backlog: Backlog) -> Iterator["Run"]:
        """Create a database for one run, and drop it afterwards."""
        name = f"{self._template}_run_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {self._template} STRATEGY file_copy")
        # Otherwise the disk is still busy with the copy while the run is measured.
        os.sync()
        dsn = urlunsplit(urlsplit(self._server)._replace(path=f"/{name}"))
        yield Run(dsn=dsn, rows=backlog.rows, ledger=self)
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def compare(self, dsn: str) -> None:
        """Raise an error unless a database ended in the same state as all others."""
        with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
            digests = []
            for rows in STATE:
                cursor.execute(DIGEST.format(rows))
                digests.append(cursor.fetchone())
        self._states.add(tuple(digests))
        if len(self._states) > 1:
            message = "a rival ended in another state; its speed means nothing"
            raise RuntimeError(message)

    def _execute(self, statement: str, *, dsn: str | None = None) -> None:
        with closing(psycopg2.connect(dsn or self._server)) as connection:
            connection.autocommit = True
            connection.cursor().execute(statement)

    @staticmethod
    def asked(dsn: str, statement: str, values: Sequence[object] = ()) -> Any:
        """Return the one value that a statement yields; changes it makes are committed."""
        with (
            closing(psycopg2.connect(dsn)) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, values)
            return (cursor.fetchone() or (None,))[0]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One rival's database."""

    dsn: str
    rows: int
    ledger: Ledger

    def product(
        self, home: Path, bootstrap: str, *, master: str = MASTER
    ) -> AbstractContextManager[Stream]:
        """Run the shipped job from the first record on, with its own checkpoints."""
        folder = home / urlsplit(self.dsn).path.strip("/")
        return Stream(home=folder, bootstrap=bootstrap, dsn=self.dsn, master=master)

    def wait(self, rows: int | None = None) -> None:
        """Wait until this many rows were counted; by default, all."""
        wanted = self.rows if rows is None else rows
        deadline = time.monotonic() + LONGEST_S
        while self.asked(SEEN, (DROP,)) < wanted:
            if time.monotonic() > deadline:
                message = "the backlog is not applied; the stream's log says why"
                raise RuntimeError(message)
            time.sleep(POLL_S)

    def sample(self) -> Sample:
        """Measure the run by the database's own clock, once its state has been checked."""
        self.check()
        speed = float(self.asked(SPEED))
        return {"rows_per_s": speed, "us_per_row": 1e6 / speed}

    def check(self) -> None:
        """Raise an error unless every row was applied, and the state is that of all other runs."""
        self.check_counts()
        self.ledger.compare(self.dsn)

    def check_counts(self) -> None:
        """Raise an error unless every row of the backlog was counted and applied, once."""
        seen, applied = self.asked(SEEN, (DROP,)), self.asked(APPLIED, (DROP,))
        if not seen == applied == self.rows:
            message = f"of {self.rows:,} rows {seen:,} were seen, {applied:,} applied"
            raise RuntimeError(message)

    def stretch(self, since: int, until: int) -> Sample:
        """Measure between two row counts, by the same clock."""
        cost = float(self.asked(STRETCH, (since, until)))
        return {"rows_per_s": 1e6 / cost, "us_per_row": cost}

    def asked(self, statement: str, values: Sequence[object] = ()) -> Any:
        """Return the one value that a statement yields in this database."""
        return self.ledger.asked(self.dsn, statement, values)
