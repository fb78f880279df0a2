"""A stream that knows where its lines are, so that reading can later resume at one of them."""

from dataclasses import dataclass
from typing import Final, Protocol

from bikeshare.lines import BLOCK_BYTES, ByteStream, has_lone_returns, line_ends


class SeekableStream(ByteStream, Protocol):
    """Anything that can be read from any position on."""

    def seek(self, offset: int, /) -> int:
        """Seek to a byte, counted from 0; packed content is unpacked up to it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A byte offset, counted from 0, and the line, counted from 1, that the byte is in."""

    line: int
    offset: int


FIRST_MARK: Final = Mark(line=1, offset=0)


class MarkedStream:
    """
    Passes a stream through unchanged, and marks offsets around the lines from `watched` on.

    Marks are kept per block, not per line, so there are few whatever a file holds.
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
        """Whether lone carriage returns end the lines, as in old spreadsheets."""
        return bool(self._lone_returns)

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes; none only at the end."""
        data = self._stream.read(size)
        if self._lone_returns is None:
            self._lone_returns = has_lone_returns(data)
        self._mark()
        self._offset += len(data)
        self.line += line_ends(data) + (data.count(b"\r") if self._lone_returns else 0)
        return data

    def mark_before(self, line: int) -> Mark:
        """Return the last mark in a line before this watched one; there is always one."""
        return next(mark for mark in reversed(self._marks) if mark.line < line)

    def _mark(self) -> None:
        mark = Mark(line=self.line, offset=self._offset)
        if self.line < self._watched:
            self._marks = [mark]
        elif self._marks[-1].line != self.line:
            self._marks.append(mark)


class LaterLines:
    """
    A stream without its next `passed` lines, in which all lines end with line feeds.

    `lone_returns` has to be passed in: only the start of the whole file shows it.
    """

    def __init__(self, stream: ByteStream, *, passed: int, lone_returns: bool) -> None:
        self._stream = stream
        self._to_pass = passed
        self._lone_returns = lone_returns

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes; none only at the end."""
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
