"""The trips of a file in order, and the rows that are not trips: every row, once."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bikeshare.errors import MalformedRowError
from bikeshare.messages import csv_row
from bikeshare.rows import Batch, Row
from bikeshare.trip_file import TripFile
from bikeshare.trip_reader import TripReader
from bikeshare.trips import Trip


@dataclass(frozen=True, slots=True)
class ReadTrips:
    """Trips already written as the rows of a record, and the line that each of them starts at."""

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
    """Yield the trips and the rejected rows of a file to its end."""

    def together(run: Batch) -> ReadTrips | None:
        rows = reader.read_run(run)
        lines = range(run.first_line, run.first_line + len(rows or ()))
        return None if rows is None else ReadTrips(lines, rows)

    for found in file.rows(together):
        yield found if isinstance(found, ReadTrips) else _read_row(found, reader)


def _read_row(row: Row, reader: TripReader) -> ReadTrips | RejectedRow:
    line, text, fields = row
    if isinstance(fields, MalformedRowError):
        return RejectedRow(line, text, fields)
    try:
        return ReadTrips((line,), (csv_row(reader.read(fields)),))
    except MalformedRowError as error:
        return RejectedRow(line, text, error)
