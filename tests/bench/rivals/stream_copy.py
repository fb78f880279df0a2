"""`python -m tests.bench.rivals.stream_copy FOLDER DSN`: the limit, COPY from files and the SQL."""

import sys
from pathlib import Path

from tests.bench.child import report
from tests.bench.rivals.staging import Database


def main(folder: Path, dsn: str) -> None:
    """Apply each batch in the folder, in order."""
    database = Database(dsn)
    for record_rows in sorted(folder.glob("*.records")):
        trip_rows = record_rows.with_suffix(".trips")
        database.apply_text(record_rows.read_text(), trip_rows.read_text())
    report()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
