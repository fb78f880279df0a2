"""Where a large file may be cut so that its parts read exactly as the whole does."""

from collections.abc import Iterator
from typing import Final

from bikeshare.formats.recognise import Layout
from bikeshare.lines import BLOCK_BYTES, MAX_LINE_BYTES, ByteStream
from bikeshare.rows import MAX_LINES_PER_ROW, RowSplitter

# A multi-line row begins where a quote is left open, and ends at most this many lines later.
_SETTLED_LINES: Final = MAX_LINES_PER_ROW - 1


def next_cut(stream: ByteStream, layout: Layout, *, within: int) -> int | None:
    """
    Count the bytes from a stream's position to the first line that is sure to start a row.

    A line is sure to if no preceding line that could be part of the same row leaves a quote open.
    The stream may be mid-line. None means that no such line starts `within` so many bytes.
    """
    splitter = RowSplitter(layout.delimiter, layout.column_count)
    settled = -1  # what comes first may be the rest of a line
    for end, line in _lines(stream):
        if end >= within:
            return None
        # A line of JSON is a row whatever quotes it holds.
        if settled >= 0 and not layout.keys and _is_open(line, splitter, layout.encoding):
            settled = 0
        else:
            settled += 1
        if settled >= _SETTLED_LINES:
            return end
    return None


def _lines(stream: ByteStream) -> Iterator[tuple[int, bytes | None]]:
    """Yield where each line ends, and the line, or None if it is too long to be a row."""
    passed, pending, too_long = 0, b"", False
    while block := stream.read(BLOCK_BYTES):
        *lines, rest = block.split(b"\n")
        for line in lines:
            passed += len(line) + 1
            yield passed, None if too_long else pending + line
            pending, too_long = b"", False
        passed += len(rest)
        pending += rest
        if len(pending) > MAX_LINE_BYTES:
            pending, too_long = b"", True


def _is_open(line: bytes | None, splitter: RowSplitter, encoding: str) -> bool:
    if line is None or b'"' not in line:
        return False
    text = line.decode(encoding, "backslashreplace").removesuffix("\r")
    return splitter.leaves_quote_open(text)
