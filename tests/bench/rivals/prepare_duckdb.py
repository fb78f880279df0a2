"""A DuckDB script that does what the job does to one file of one format: `FILE FOLDER CORES`."""

import sys
import time
from pathlib import Path

import duckdb

from tests.bench.child import report

# Partitions beyond this many open files are closed, and continued in new files.
OPEN_FILES = 1_000
SETTINGS = """
SET threads = {cores};
SET TimeZone = 'UTC';
SET partitioned_write_max_open_files = {open_files};
"""
PREPARE = """
COPY (
    SELECT
        * EXCLUDE (started_at, ended_at),
        strftime(timezone('America/New_York', started_at), '%Y-%m-%dT%H:%M:%S.%fZ') AS started_at,
        strftime(timezone('America/New_York', ended_at), '%Y-%m-%dT%H:%M:%S.%fZ') AS ended_at,
        strftime(timezone('America/New_York', ended_at), '%Y%m%dT%H0000Z') AS slice
    FROM (
        SELECT DISTINCT ON (ride_id) * EXCLUDE (rideable_type, member_casual)
        FROM read_csv(
            '{file}',
            types = {{'start_station_id': 'VARCHAR', 'end_station_id': 'VARCHAR'}},
            ignore_errors = true
        )
        WHERE ride_id IS NOT NULL AND started_at IS NOT NULL AND ended_at >= started_at
        ORDER BY ride_id, ended_at DESC
    )
    ORDER BY ended_at
) TO '{folder}' (
    FORMAT csv, COMPRESSION gzip, PARTITION_BY (slice), FILE_EXTENSION 'csv.gz', OVERWRITE
)
"""


def main(file: Path, folder: Path, cores: int) -> None:
    """Read, clean, deduplicate, sort, slice and write."""
    began = time.perf_counter()
    with duckdb.connect() as database:
        database.execute(SETTINGS.format(cores=cores, open_files=OPEN_FILES))
        (written,) = database.execute(PREPARE.format(file=file, folder=folder)).fetchone()
    report(seconds=time.perf_counter() - began, rows_written=written)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
