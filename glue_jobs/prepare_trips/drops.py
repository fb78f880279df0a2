"""Write drops to their folder, the same bytes under the same key every time."""

import gzip
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pyspark.sql import Row

from glue_jobs.prepare_trips.slices import HEADER
from glue_jobs.prepare_trips.storage import put

# Decompressing costs the same at any level; above 6, files hardly get smaller.
LEVEL: Final = 6


@dataclass(frozen=True, kw_only=True)
class WrittenDrop:
    """A drop, and whether it is new or was already there, identical."""

    name: str
    size_bytes: int
    is_new: bool
    rows: int
    duplicates: int
    open_rows: int
    beaten_rows: int


def write_drops(rows: Iterable[Row], *, folder: str) -> Iterator[WrittenDrop]:
    """Write the drops of a task; a date in the gzip header would make each run's bytes differ."""
    for row in rows:
        content = gzip.compress(f"{HEADER}\n{row['rows']}\n".encode(), LEVEL, mtime=0)
        name = drop_name(row["slice"], row["number"])
        yield WrittenDrop(
            name=name,
            size_bytes=len(content),
            is_new=put(f"{folder}/{name}", io.BytesIO(content)),
            rows=row["row_count"],
            duplicates=row["duplicates"],
            open_rows=row["open_rows"],
            beaten_rows=row["beaten_rows"],
        )


def drop_name(slice_name: str, number: int) -> str:
    """Name a drop so that a listing is in chronological order."""
    return f"{slice_name}-{number:03}.csv.gz"
