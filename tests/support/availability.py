"""Kafka records in, served stations out, through the job's own code: the fixture for rule tests."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, Self

import psycopg2
from psycopg2.extras import RealDictCursor
from pyspark.sql import SparkSession

from bikeshare.drops import Lane
from bikeshare.messages import DropSummary, Outcome, StationChunk, encode_stations, encode_summary
from bikeshare.stations import Feed, Station
from bikeshare.trips import Trip
from bikeshare.utc import utc_text
from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.sink import BatchWriter
from tests.support.decoding import TripChunk, encode_trips

RECORDS = "topic string, partition int, offset long, timestamp timestamp, value binary"
NOON = datetime(2019, 7, 1, 12, tzinfo=UTC)

Record = tuple[str, bytes]


class Served:
    """What a database serves, read by plain SQL."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

    def rows(self, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        """Run a query and return its rows."""
        with (
            closing(psycopg2.connect(self.dsn)) as connection,
            connection.cursor(cursor_factory=RealDictCursor) as cursor,
        ):
            cursor.execute(statement, parameters)
            return [dict(row) for row in cursor.fetchall()]

    def bikes(self) -> dict[str, int | None]:
        """Return the bikes served for each station."""
        found = self.rows("SELECT station_id, num_bikes_available AS bikes FROM station_status")
        return {row["station_id"]: row["bikes"] for row in found}

    def station(self, station_id: str) -> dict[str, Any]:
        """Return everything served for one station."""
        (row,) = self.rows(
            "SELECT * FROM station JOIN station_status USING (station_id) WHERE station_id = %s",
            station_id,
        )
        return row

    def drop(self, drop_id: str) -> dict[str, Any]:
        """Return the account of one drop."""
        (row,) = self.rows("SELECT * FROM drop_account WHERE drop_id = %s", drop_id)
        return row


class Availability(Served):
    """One database, written by real micro-batches and read by plain SQL."""

    def __init__(self, *, spark: SparkSession, dsn: str) -> None:
        super().__init__(dsn)
        self.spark = spark
        self._offset = 0
        settings = DatabaseSettings(url=dsn)
        self._writers = {
            lane: BatchWriter(lane=lane, database=settings, bite_rows=200_000)
            for lane in ("live", "backfill")
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections: a writer connects for each batch."""

    def apply(self, *records: Record, lane: str = "live") -> None:
        """Apply these records as one micro-batch."""
        rows = []
        for topic, value in records:
            rows.append((topic, 0, self._offset, NOON, bytearray(value)))
            self._offset += 1
        batch = self.spark.createDataFrame(rows, RECORDS)
        self._writers[lane](batch, self._offset)


def at(hour: int, minute: int = 0, *, day: int = 1) -> datetime:
    """A moment in July 2019."""
    return datetime(2019, 7, day, hour, minute, tzinfo=UTC)


def trip(start: str, end: str, began: datetime, ended: datetime | None, **given: str) -> Trip:
    """A trip between stations named by their ids; `bike="7"` and `key="…"` give it an identity."""
    bike = given.get("bike", "")
    return Trip(
        trip_key=given.get("key") or f"{bike}@{utc_text(began)}",
        bike_id=bike,
        started_at=utc_text(began),
        ended_at=utc_text(ended) if ended else "",
        start_station_id=start,
        start_station_name=given.get("start_name", f"Station {start}" if start else ""),
        start_lat=given.get("lat", "40.7"),
        start_lon=given.get("lon", "-74.0"),
        end_station_id=end,
        end_station_name=given.get("end_name", f"Station {end}" if end else ""),
        end_lat=given.get("lat", "40.7"),
        end_lon=given.get("lon", "-74.0"),
    )


def trips(
    *rows: Trip, drop: str = "drop", attempt: str = "first", chunk: int = 0, lane: Lane = Lane.LIVE
) -> Record:
    """One Kafka record of trips."""
    value = encode_trips(
        TripChunk(
            drop_id=drop,
            attempt_id=attempt,
            lane=lane,
            chunk=chunk,
            trips=rows,
            member=None,
            first_line=2,
        )
    )
    return ("trips" if lane is Lane.LIVE else "trips-backfill", value)


def snapshot(feed: Feed, feed_at: datetime, *stations: Station, drop: str = "snapshot") -> Record:
    """One Kafka record of a feed's stations."""
    value = encode_stations(
        StationChunk(
            drop_id=drop,
            attempt_id="first",
            chunk=0,
            feed=feed,
            feed_at=feed_at,
            stations=stations,
        )
    )
    return ("stations", value)


def summary(
    published: int, *, drop: str = "drop", attempt: str = "first", reason: str | None = None
) -> Record:
    """The Kafka record that closes an attempt; with a reason, it refuses the file."""
    value = encode_summary(
        DropSummary(
            drop_id=drop,
            attempt_id=attempt,
            key=f"live/{drop}.csv",
            version_id=None,
            lane=Lane.LIVE,
            size_bytes=1,
            received_at=NOON,
            outcome=Outcome.REFUSED if reason else Outcome.PUBLISHED,
            reason=reason,
            rows_read=published,
            rows_published=published,
            started_at=NOON,
            finished_at=NOON,
        )
    )
    return ("drops", value)


def chunks(rows: Sequence[Trip], size: int) -> list[Record]:
    """Split rows into records of one attempt."""
    return [
        trips(*rows[first : first + size], chunk=number)
        for number, first in enumerate(range(0, len(rows), size))
    ]
