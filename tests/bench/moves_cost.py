"""
What keeping moves and estimates adds to a batch, compared on the same rows in the same run.

`python -m tests.bench.moves_cost [ROWS_PER_BATCH …]` builds one database at revision 0005 (before)
and one at the newest, and applies real months to both, alternating batch by batch.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from zoneinfo import ZoneInfo

from bikeshare.stations import Feed, StationStatus
from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.sink import connect_to_staging
from local_stack.services.postgres import Postgres
from tests.support.availability import Record, snapshot, trips
from tests.support.batches import apply_batch, create_database
from tests.support.truth_trips import TripRow, read_trip_file
from tests.support.wire import trip_of

DATA = Path(__file__).parents[3] / "shared" / "data" / "citibike_jc"
NEW_YORK = ZoneInfo("America/New_York")
MONTHS = {
    "with bike ids": ("JC-201901-citibike-tripdata.csv.gz", "JC-201902-citibike-tripdata.csv.gz"),
    "without": ("JC-202103-citibike-tripdata.csv.gz",),
}
ROWS_PER_RECORD = 200
REVISIONS = {"before": "0005", "after": "head"}


def main(sizes: Sequence[int]) -> None:
    """Print milliseconds per batch before and after, for each batch size and kind of file."""
    print(f"{'rows a batch':>12} {'files':14} {'batches':>7} {'before ms':>16} {'after ms':>16}")  # noqa: T201
    with tempfile.TemporaryDirectory() as home, Postgres(home=Path(home)) as server:
        for kind, files in MONTHS.items():
            rows = [row for name in files for row in month(DATA / name)]
            for size in sizes:
                times = side_by_side(server.dsn, rows, size, f"{kind.split()[0]}_{size}")
                shown = " ".join(f"{figures(times[name]):>16}" for name in REVISIONS)
                print(f"{size:12} {kind:14} {len(times['after']):7} {shown}", flush=True)  # noqa: T201


def figures(times: Sequence[float]) -> str:
    """Format the median and 95th percentile in milliseconds."""
    high = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    return f"{median(times) * 1000:.1f} / {high * 1000:.1f}"


def month(path: Path) -> list[TripRow]:
    """Return the rows of one file in order of their starts, as a live feed brings them."""
    read = read_trip_file(path, received_at=datetime.now(UTC), zone=NEW_YORK)
    return sorted(read.rows, key=lambda row: row.started_at)


def side_by_side(server: str, rows: list[TripRow], size: int, name: str) -> dict[str, list[float]]:
    """Apply all rows to both databases in turns; the first batch, an anchor, is not timed."""
    lanes = {
        kind: connect_to_staging(
            DatabaseSettings(url=create_database(server, f"{name}_{kind}", to)), "live"
        )
        for kind, to in REVISIONS.items()
    }
    times: dict[str, list[float]] = {kind: [] for kind in REVISIONS}
    with closing(lanes["before"]), closing(lanes["after"]):
        for number, records in enumerate(batches(rows, size)):
            for kind, lane in lanes.items():
                took = apply_batch(lane, number, records)
                if number:
                    times[kind].append(took)
    return times


def batches(rows: list[TripRow], size: int) -> Iterator[list[Record]]:
    """Yield a snapshot of every station just before the first row, then all rows in batches."""
    ids = sorted({row.start.station_id for row in rows if row.start.station_id})
    stations = [StationStatus(station_id=one, num_bikes_available=10) for one in ids]
    yield [snapshot(Feed.STATUS, rows[0].started_at, *stations)]
    for first in range(0, len(rows), size):
        batch = rows[first : first + size]
        yield [
            trips(*map(trip_of, batch[at : at + ROWS_PER_RECORD]), chunk=first + at)
            for at in range(0, len(batch), ROWS_PER_RECORD)
        ]


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [100, 2000, 20000])
