"""A stream that knows where its lines are, so that another can be read on from one of them."""

from dataclasses import dataclass
from typing import Final, Protocol

from bikeshare.lines import BLOCK_BYTES, ByteStream, has_lone_returns, line_ends


class SeekableStream(ByteStream, Protocol):
    """What can be read from any place on."""

    def seek(self, offset: int, /) -> int:
        """Go to a byte, counted from 0; packed content is unpacked up to it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A byte, counted from 0, and the line, counted from 1, that it belongs to."""

    line: int
    offset: int


FIRST_MARK: Final = Mark(line=1, offset=0)


class MarkedStream:
    """
    Passes a stream on as it is, and marks the bytes around the lines from `watched` on.

    A mark is kept for each block and not for each line: whatever a file holds, marks are few.
    """

    def __init__(
        self,
        stream: ByteStream,
        *,
        watched: int,
        start: Mark = FIRST_MARK,
        lone_returns: bool | None = None,
    ) -> None:
        self._stream = stream
        self._watched = watched
        self._marks = [start]
        self._lone_returns = lone_returns
        self._offset = start.offset
        self.line = start.line

    @property
    def has_lone_returns(self) -> bool:
        """Tell whether the lines end as those of old spreadsheets do."""
        return bool(self._lone_returns)

    def read(self, size: int = -1, /) -> bytes:
        """Give at most `size` bytes, and none only at the end."""
        data = self._stream.read(size)
        if self._lone_returns is None:
            self._lone_returns = has_lone_returns(data)
        self._mark()
        self._offset += len(data)
        self.line += line_ends(data) + (data.count(b"\r") if self._lone_returns else 0)
        return data

    def mark_before(self, line: int) -> Mark:
        """Give the last mark in a line before this watched one; the first mark is in one."""
        return next(mark for mark in reversed(self._marks) if mark.line < line)

    def _mark(self) -> None:
        mark = Mark(line=self.line, offset=self._offset)
        if self.line < self._watched:
            self._marks = [mark]
        elif self._marks[-1].line != self.line:
            self._marks.append(mark)


class LaterLines:
    """
    A stream without its next so many lines, in which all lines end with line feeds.

    Where lone carriage returns end them, only the start of the whole file shows it.
    """

    def __init__(self, stream: ByteStream, *, passed: int, lone_returns: bool) -> None:
        self._stream = stream
        self._to_pass = passed
        self._lone_returns = lone_returns

    def read(self, size: int = -1, /) -> bytes:
        """Give at most `size` bytes, and none only at the end."""
        while self._to_pass:
            data = self._read(BLOCK_BYTES)
            if not data:
                return data
            *passed, rest = data.split(b"\n", self._to_pass)
            self._to_pass -= len(passed)
            if not self._to_pass and rest:
                return rest
        return self._read(size)

    def _read(self, size: int) -> bytes:
        data = self._stream.read(size)
        return data.replace(b"\r", b"\n") if self._lone_returns else data
