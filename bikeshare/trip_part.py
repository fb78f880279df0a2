"""A part of a trip file: its rows from one line to another, read exactly as in the whole."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from bikeshare.formats.trip_format import TripFormat
from bikeshare.lines import ByteStream
from bikeshare.marked_stream import FIRST_MARK, LaterLines, Mark, MarkedStream, SeekableStream
from bikeshare.trip_file import TripFile, open_later_part, open_trip_file
from bikeshare.trip_reader import TripReader
from bikeshare.trip_stream import ReadTrips, RejectedRow, read_trips


@dataclass(frozen=True, slots=True)
class Start:
    """The line of a file that a part starts at, and a mark before it to look for it from."""

    line: int = 1
    mark: Mark = FIRST_MARK
    lone_returns: bool = False


class TripPart:
    """
    The rows of a file that begin within `lines` lines, counted from the start of a row.

    Rows begin where reading the file from its top finds them, so none is read in two ways. Once
    all rows are read, `rest` is where the next part starts; it is None at the end of the file.
    """

    def __init__(
        self, stream: ByteStream, formats: Sequence[TripFormat], *, start: Start, lines: int
    ) -> None:
        # With parts of no lines, a file would never come to an end.
        self._end = start.line + max(lines, 1)
        self._start = start
        self.rest: Start | None = None
        if start.line == 1:
            self._marked = MarkedStream(stream, watched=self._end)
            self.file = open_trip_file(self._marked, formats)
        else:
            self.file = self._later_part(stream, formats)

    @property
    def lines_read(self) -> int:
        """How many lines were read, once all rows are read and there is no rest."""
        return self._marked.line - self._start.line

    def read(self, reader: TripReader) -> Iterator[ReadTrips | RejectedRow]:
        """Yield the trips and the rejected rows of the part, then set `rest`."""
        for read in read_trips(self.file, reader):
            lines = (read.line,) if isinstance(read, RejectedRow) else read.lines
            if lines[-1] < self._end:
                yield read
                continue
            within = bisect_left(lines, self._end)
            if within and isinstance(read, ReadTrips):
                yield ReadTrips(read.lines[:within], read.rows[:within])
            self.rest = Start(
                line=lines[within],
                mark=self._marked.mark_before(lines[within]),
                lone_returns=self._marked.has_lone_returns,
            )
            return

    def _later_part(self, stream: ByteStream, formats: Sequence[TripFormat]) -> TripFile:
        layout = open_trip_file(stream, formats).layout
        line, mark, lone_returns = self._start.line, self._start.mark, self._start.lone_returns
        cast("SeekableStream", stream).seek(mark.offset)
        self._marked = MarkedStream(
            stream, watched=self._end, start=mark, lone_returns=lone_returns
        )
        later = LaterLines(self._marked, passed=line - mark.line, lone_returns=lone_returns)
        return open_later_part(later, layout, first_line=line)
