"""Rows that are set aside: kept as they were, with their line and reason."""

import csv
import io
import tempfile
from collections import Counter
from types import TracebackType
from typing import IO, Final, Self

from bikeshare.errors import MalformedRowError

# A file may be all bad rows; beyond this they are kept on disk.
KEPT_IN_MEMORY_BYTES: Final = 1024 * 1024

HEADER: Final = ("line", "reason", "detail", "row")


class RejectedRows:
    """Collects the rejected rows of one attempt, or of a later part of one, as a CSV file."""

    def __init__(self, *, with_member: bool = False, with_header: bool = True) -> None:
        self.by_reason: Counter[str] = Counter()
        self._with_member = with_member
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - closed on exit
            max_size=KEPT_IN_MEMORY_BYTES
        )
        self._text = io.TextIOWrapper(
            self._file, encoding="utf-8", errors="backslashreplace", newline=""
        )
        self._csv = csv.writer(self._text, lineterminator="\n")
        if with_header:
            self._csv.writerow((*HEADER, "member") if with_member else HEADER)

    def add(self, line: int, row: str, error: MalformedRowError, member: str | None = None) -> None:
        """Set a row aside."""
        self.by_reason[str(error.reason)] += 1
        written = (line, error.reason, error.detail, row)
        self._csv.writerow((*written, member) if self._with_member else written)

    def content(self) -> IO[bytes]:
        """Return the whole file, rewound to its start."""
        self._text.flush()
        self._file.seek(0)
        return self._file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._text.close()
