"""Trip files and snapshots put into a database as the stream would, without Kafka or Spark."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bikeshare.snapshots import read_station_file
from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.sink import connect_to_staging
from tests.support.availability import Record, snapshot, trips
from tests.support.batches import apply_batch
from tests.support.truth_trips import read_trip_file
from tests.support.wire import trip_of

NEW_YORK = ZoneInfo("America/New_York")
ROWS_PER_RECORD = 200


def show_files(dsn: str, *files: Path, until: datetime | None = None) -> None:
    """Apply all files; of trips, only what happened `until` a moment, including rides under way."""
    records = [record for file in files for record in records_of(file, until)]
    with closing(connect_to_staging(DatabaseSettings(url=dsn), "live")) as lane:
        apply_batch(lane, 0, records)


def records_of(file: Path, until: datetime | None) -> Iterator[Record]:
    """Yield the records that publishing one file would send."""
    if ".json" in file.suffixes:
        read = read_station_file(file.read_bytes(), received_at=datetime.now(UTC), zone=NEW_YORK)
        for feed in read:
            for first in range(0, len(feed.stations), ROWS_PER_RECORD):
                yield snapshot(
                    feed.feed,
                    feed.feed_at,
                    *feed.stations[first : first + ROWS_PER_RECORD],
                    drop=f"{file.name}-{first}",
                )
        return
    yield from trip_records(file, until)


def trip_records(file: Path, until: datetime | None) -> Iterator[Record]:
    """Yield a file's trips, as they stood at a moment."""
    rows = read_trip_file(file, received_at=datetime.now(UTC), zone=NEW_YORK).rows
    shown = []
    for row in rows:
        if until is None or (row.ended_at is not None and row.ended_at <= until):
            shown.append(trip_of(row))
        elif row.started_at <= until:
            shown.append(trip_of(row)._replace(ended_at="", end_station_id=""))
    for first in range(0, len(shown), ROWS_PER_RECORD):
        yield trips(*shown[first : first + ROWS_PER_RECORD], drop=file.name, chunk=first)
