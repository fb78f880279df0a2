"""What every rival of the stream does with its records: COPY them, then call the same SQL."""

import io
import json
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psycopg2

EMPTY = "TRUNCATE staged_record, staged_trip, staged_station, staged_summary, staged_unreadable"
COPY_RECORDS = "COPY staged_record FROM STDIN (FORMAT csv)"
COPY_TRIPS = "COPY staged_trip FROM STDIN (FORMAT csv)"
SUMMARY = (
    "drop_id",
    "attempt_id",
    "key",
    "lane",
    "received_at",
    "outcome",
    "rows_read",
    "rows_published",
    "rows_rejected",
    "started_at",
    "finished_at",
)
COPY_SUMMARY = f"COPY staged_summary ({', '.join(SUMMARY)}) FROM STDIN (FORMAT csv)"
APPLY = "SELECT apply_batch(%s, %s)"
ABOUT = ("drop_id", "attempt_id", "lane", "chunk", "rows")
PUBLICATION = attrgetter("published_at", "offset")
PUBLISHED_AT = "2019-07-01T12:00:00.000Z"


class Record(NamedTuple):
    """A Kafka record, and when it was published."""

    topic: str
    partition: int
    offset: int
    value: bytes
    published_at: int = 0


def group_of(dsn: str) -> str:
    """Return a consumer group for this database alone, so that every run reads from the start."""
    return f"rival-{urlsplit(dsn).path.strip('/')}"


class Database:
    """One connection to the staging tables of a lane."""

    def __init__(self, dsn: str, *, lane: str = "backfill") -> None:
        self._connection = psycopg2.connect(dsn, options=f"-c search_path=public,{lane}")
        self._lane = lane
        self._batches = 0

    def apply(self, records: Iterable[Record]) -> None:
        """
        Stage and apply one batch, in one transaction.

        In the order of publication over all partitions, as the product does: trips that go back in
        time cost the database more.
        """
        self.apply_text(*staging_text(sorted(records, key=PUBLICATION)))

    def apply_one(self, topic: str, partition: int, offset: int, value: bytes) -> None:
        """Apply one record, of trips or of a drop's summary."""
        if topic != "drops":
            self.apply([Record(topic, partition, offset, value)])
            return
        summary = json.loads(value)
        self.apply_text("", "", ",".join(str(summary[name]) for name in SUMMARY) + "\n")

    def apply_text(self, record_rows: str, trip_rows: str, summaries: str = "") -> None:
        """Apply a batch that is already COPY text."""
        with self._connection, self._connection.cursor() as cursor:
            cursor.execute(EMPTY)
            cursor.copy_expert(COPY_RECORDS, io.StringIO(record_rows))
            cursor.copy_expert(COPY_TRIPS, io.StringIO(trip_rows))
            cursor.copy_expert(COPY_SUMMARY, io.StringIO(summaries))
            cursor.execute(APPLY, (self._lane, self._batches))
        self._batches += 1


def staging_text(records: Iterable[Record]) -> tuple[str, str]:
    """Convert records of trips to COPY text: a line for each record, and one for each row."""
    about, rows = [], []
    for topic, partition, offset, value, _ in records:
        first, _, body = value.decode().partition("\n")
        about.append(_about(topic, partition, offset, json.loads(first)))
        where = f"{partition},{offset},"
        rows.append(where + body.replace("\n", f"\n{where}") + "\n")
    return "".join(about), "".join(rows)


def _about(topic: str, partition: int, offset: int, header: dict[str, Any]) -> str:
    told = ",".join(str(header[name]) for name in ABOUT)
    return f"{topic},{partition},{offset},{PUBLISHED_AT},{told}\n"
