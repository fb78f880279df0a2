"""The floor: `csv.reader` over a file on the disk, its rows thrown away: `FILE`."""

import csv
import gzip
import sys
import time
from pathlib import Path

from tests.bench.child import report


def main(path: Path) -> None:
    """Read every row."""
    began, rows = time.perf_counter(), -1
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        for _row in csv.reader(file):
            rows += 1
    seconds = time.perf_counter() - began
    report(seconds=seconds, rows_per_s=rows / seconds)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
