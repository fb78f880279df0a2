"""A standard-library script that does what the job does to one file: `FILE FOLDER`."""

import csv
import gzip
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.bench.child import report

NEW_YORK = ZoneInfo("America/New_York")
TIMES = ("started_at", "ended_at")
KEPT = (
    "ride_id",
    *TIMES,
    *(f"{end}_station_{part}" for end in ("start", "end") for part in ("name", "id")),
)
PLACES = ("start_lat", "start_lng", "end_lat", "end_lng")

Row = Mapping[str, str]
ended_at = itemgetter("ended_at")


def main(file: Path, folder: Path) -> None:
    """Read, clean, deduplicate, sort, slice and write."""
    began = time.perf_counter()
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8", newline="") as raw:
        trips = newest(clean(csv.DictReader(raw)))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for hour, rows in groupby(sorted(trips.values(), key=ended_at), key=hour_of):
        write(folder / f"{hour}.csv.gz", rows)
    report(seconds=time.perf_counter() - began, rows_written=len(trips))


def clean(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows whose times are readable and plausible, with times in UTC."""
    for row in rows:
        try:
            started, ended = (datetime.fromisoformat(row[name]) for name in TIMES)
        except ValueError:
            continue
        if row["ride_id"] and ended >= started:
            yield {**row, "started_at": in_utc(started), "ended_at": in_utc(ended)}


def in_utc(local: datetime) -> str:
    """Convert New York local time to UTC."""
    at = local.replace(tzinfo=NEW_YORK).astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"


def newest(rows: Iterable[Row]) -> Mapping[str, Row]:
    """Keep each trip's row with the latest end."""
    trips: dict[str, Row] = {}
    for row in rows:
        known = trips.get(row["ride_id"])
        if known is None or ended_at(row) > ended_at(known):
            trips[row["ride_id"]] = row
    return trips


def hour_of(row: Row) -> str:
    """Return the slice of a row."""
    return ended_at(row)[:13]


def write(path: Path, rows: Iterable[Row]) -> None:
    """Write a drop."""
    with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=6) as out:
        writer = csv.DictWriter(out, (*KEPT, *PLACES), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
