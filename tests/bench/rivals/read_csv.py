"""The floor: `csv.reader` over a local file, its rows thrown away: `FILE [ROWS]`."""

import csv
import sys
import time
from pathlib import Path

from isal import igzip

from tests.bench.child import check_rows, report


def main(path: Path, asked: int | None = None) -> None:
    """Read every row."""
    began, rows = time.perf_counter(), -1
    opened = igzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        for _row in csv.reader(file):
            rows += 1
    seconds = time.perf_counter() - began
    if asked is not None:
        check_rows(rows, asked)
    report(seconds=seconds, rows_per_s=rows / seconds)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
