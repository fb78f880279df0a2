"""The trips of a file in its order, and the rows that are none: all that is in it, once."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bikeshare.errors import MalformedRowError
from bikeshare.messages import csv_row
from bikeshare.rows import Row, Run
from bikeshare.trip_file import TripFile
from bikeshare.trip_reader import TripReader
from bikeshare.trips import Trip

# A run with an odd row in it is looked through in parts of this size.
ROWS_PER_PART: Final = 20


@dataclass(frozen=True, slots=True)
class ReadTrips:
    """Trips, written as the rows of a record already, and the line that each of them starts at."""

    lines: Sequence[int]
    rows: Sequence[str]

    @property
    def trips(self) -> list[Trip]:
        """The trips themselves."""
        return [Trip._make(fields) for fields in csv.reader(self.rows, strict=True)]


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is set aside."""

    line: int
    text: str
    error: MalformedRowError


def read_trips(file: TripFile, reader: TripReader) -> Iterator[ReadTrips | RejectedRow]:
    """Read a file to its end."""
    for rows in file.rows:
        if isinstance(rows, Run):
            yield from _read_run(rows, reader)
        else:
            yield _read_row(rows, reader)


def _read_run(run: Run, reader: TripReader) -> Iterator[ReadTrips | RejectedRow]:
    rows = reader.read_run(run)
    if rows is not None:
        yield ReadTrips(range(run.first_line, run.first_line + len(rows)), rows)
    elif len(run.texts) > ROWS_PER_PART:
        for part in run.parts(ROWS_PER_PART):
            yield from _read_run(part, reader)
    else:
        for row in run.single_rows():
            yield _read_row(row, reader)


def _read_row(row: Row, reader: TripReader) -> ReadTrips | RejectedRow:
    line, text, fields = row
    if isinstance(fields, MalformedRowError):
        return RejectedRow(line, text, fields)
    try:
        return ReadTrips((line,), (csv_row(reader.read(fields)),))
    except MalformedRowError as error:
        return RejectedRow(line, text, error)
