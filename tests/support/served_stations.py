"""Stations written straight into the tables that the API reads, as the stream would leave them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg2
from chalicelib.queries import StationRow
from psycopg2.extras import Json, execute_batch

CLOCK = datetime(2019, 7, 1, 12, 0, tzinfo=UTC)
TRIPS = """
    INSERT INTO trip (trip_key, started_at, ended_at, start_station_id, end_station_id)
    SELECT gen_random_uuid(), %(at)s, NULL, %(alias)s, NULL
    FROM generate_series(1, %(departures)s)
    UNION ALL
    SELECT gen_random_uuid(), %(at)s, %(at)s, NULL, %(alias)s
    FROM generate_series(1, %(arrivals)s)
"""
MINUTE = """
    INSERT INTO system_flow AS known
    VALUES (date_trunc('minute', %(at)s, 'UTC'), %(departures)s, %(arrivals)s)
    ON CONFLICT (minute) DO UPDATE SET
        departures = known.departures + excluded.departures,
        arrivals = known.arrivals + excluded.arrivals
"""
DAY = """
    INSERT INTO station_day_flow AS known
    VALUES (%(alias)s, date_trunc('day', %(at)s, 'UTC'), %(departures)s, %(arrivals)s)
    ON CONFLICT (alias, day) DO UPDATE SET
        departures = known.departures + excluded.departures,
        arrivals = known.arrivals + excluded.arrivals
"""


def station_row(station_id: str = "3186", **changes: Any) -> StationRow:
    """One station as a query returns it; a test states only what it is about."""
    row = StationRow(
        station_id=station_id,
        name="Grove St PATH",
        lat=40.7195,
        lon=-74.0431,
        capacity=20,
        num_bikes_available=8,
        num_ebikes_available=2,
        num_docks_available=12,
        is_installed=True,
        is_renting=True,
        is_returning=True,
        last_reported=CLOCK,
        anchored_at=CLOCK,
        source="both",
        drift=0,
        net_flow=0,
        aliases=[],
        version=1,
        estimated_bikes=8,
        estimate_method="flow",
    )
    return row._replace(**changes)


def street_grid(count: int, **changes: Any) -> list[StationRow]:
    """Stations on the corners of a grid in midtown, each with a different number of docks."""
    return [
        station_row(
            f"s{n:05}",
            name=f"W {30 + n // 20 % 70} St & {1 + n % 20} Ave",
            lat=40.745 + (n // 20) * 0.0007,
            lon=-74.0 + (n % 20) * 0.0028,
            **({"num_docks_available": n % 21, "num_bikes_available": 20 - n % 21} | changes),
        )
        for n in range(count)
    ]


class ServedState:
    """A database whose stations and clock a test sets; each change raises the version."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self._connection = psycopg2.connect(dsn)
        self._connection.autocommit = True

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def execute(self, statement: str, values: dict[str, Any] | None = None) -> None:
        """Run one statement."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)

    def fetch(self, query: str) -> list[tuple[Any, ...]]:
        """Query the database directly, bypassing the API and its cache."""
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    def last_asked(self) -> datetime:
        """Return when the API last sent the database any query."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT max(query_start)
                FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'bikeshare-api'
                """
            )
            [(asked_at,)] = cursor.fetchall()
        return asked_at

    def put(self, *rows: StationRow, clock: datetime = CLOCK) -> None:
        """Show these stations as they are now."""
        with self._together():
            self.tick(clock)
            self._put([row._asdict() for row in rows])

    def tick(self, clock: datetime = CLOCK) -> None:
        """Advance the clock, as a batch does."""
        self.execute(
            "UPDATE system_state SET version = version + 1, event_clock = %(clock)s",
            {"clock": clock},
        )

    def remove(self, station_id: str) -> None:
        """Remove a station, as when it turns out to be another one."""
        with self._together():
            self.tick()
            for table in ("station", "station_status", "station_alias"):
                self.execute(
                    f"DELETE FROM {table} WHERE station_id = %(id)s",  # noqa: S608 - three constants
                    {"id": station_id},
                )

    @contextmanager
    def _together(self) -> Iterator[None]:
        """Change the version and its rows in one transaction, so that no reader sees half of it."""
        self.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.execute("ROLLBACK")
            raise
        self.execute("COMMIT")

    def _put(self, rows: list[dict[str, Any]]) -> None:
        self._execute_for_each(
            """
            INSERT INTO station (station_id, name, lat, lon, capacity, aliases, source)
            VALUES (
                %(station_id)s, %(name)s, %(lat)s, %(lon)s, %(capacity)s, %(aliases)s, %(source)s
            )
            ON CONFLICT (station_id) DO UPDATE SET
                name = excluded.name, lat = excluded.lat, lon = excluded.lon,
                capacity = excluded.capacity, aliases = excluded.aliases
            """,
            rows,
        )
        self._execute_for_each("DELETE FROM station_status WHERE station_id = %(station_id)s", rows)
        self._execute_for_each(
            """
            INSERT INTO station_status (
                station_id, num_bikes_available, num_ebikes_available, num_docks_available,
                is_installed, is_renting, is_returning, last_reported, anchored_at,
                drift, net_flow, version, estimated_bikes, estimate_method
            )
            SELECT %(station_id)s, %(num_bikes_available)s, %(num_ebikes_available)s,
                %(num_docks_available)s, %(is_installed)s, %(is_renting)s, %(is_returning)s,
                %(last_reported)s, %(anchored_at)s, %(drift)s, %(net_flow)s, version,
                %(estimated_bikes)s, %(estimate_method)s
            FROM system_state
            """,
            rows,
        )
        self._execute_for_each(
            """
            INSERT INTO station_alias (alias, station_id, component)
            VALUES (%(alias)s, %(station_id)s, %(station_id)s)
            ON CONFLICT DO NOTHING
            """,
            [
                row | {"alias": alias}
                for row in rows
                for alias in (row["station_id"], *row["aliases"])
            ],
        )

    def _execute_for_each(self, statement: str, rows: list[dict[str, Any]]) -> None:
        with self._connection.cursor() as cursor:
            execute_batch(cursor, statement, rows, page_size=500)

    def put_events(
        self, alias: str, at: datetime, *, departures: int = 0, arrivals: int = 0
    ) -> None:
        """Record trips that start and end at a station, and count them, as a batch does."""
        counted = {"alias": alias, "at": at, "departures": departures, "arrivals": arrivals}
        for statement in (TRIPS, MINUTE, DAY):
            self.execute(statement, counted)

    def put_drop(
        self, drop_id: str, *, key: str, lane: str = "live", received_at: datetime | None
    ) -> None:
        """Record that a file arrived."""
        self.execute(
            """
            INSERT INTO drop (drop_id, key, lane, size_bytes, received_at)
            VALUES (%(drop_id)s, %(key)s, %(lane)s, 100, %(received_at)s)
            """,
            {"drop_id": drop_id, "key": key, "lane": lane, "received_at": received_at},
        )

    def put_attempt(self, drop_id: str, attempt_id: str, **values: Any) -> None:
        """Record the outcome of an attempt to publish it."""
        attempt = {
            "outcome": "published",
            "reason": None,
            "rows_read": 0,
            "rows_published": 0,
            "rows_rejected": 0,
            "rejected": {},
            "rows_seen": 0,
            "rows_applied": 0,
            "completed_at": CLOCK,
        } | values
        self._count_drop(drop_id, -1)
        self.execute(
            """
            INSERT INTO attempt (
                drop_id, attempt_id, outcome, reason, rows_read, rows_published, rows_rejected,
                rejected, rows_seen, rows_applied, started_at, finished_at, completed_at
            )
            VALUES (
                %(drop_id)s, %(attempt_id)s, %(outcome)s, %(reason)s, %(rows_read)s,
                %(rows_published)s, %(rows_rejected)s, %(rejected)s, %(rows_seen)s,
                %(rows_applied)s, %(at)s, %(at)s, %(completed_at)s
            )
            """,
            attempt
            | {
                "drop_id": drop_id,
                "attempt_id": attempt_id,
                "at": CLOCK,
                "rejected": Json(attempt["rejected"]),
            },
        )
        self._count_drop(drop_id, 1)

    def _count_drop(self, drop_id: str, times: int) -> None:
        """Update the totals, as a batch does before and after it changes a drop."""
        self.execute(
            "SELECT count_drops(ARRAY[%(drop_id)s], %(times)s)",
            {"drop_id": drop_id, "times": times},
        )
