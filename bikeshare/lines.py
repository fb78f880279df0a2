"""Cut a stream of bytes into the lines of a text file, in bounded memory whatever it holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

from bikeshare.errors import UnreadableFileError

BLOCK_BYTES: Final = 256 * 1024
# Lines are processed in smaller pieces than are read at once: a piece fits into a processor's
# cache together with all that is made of it.
TOGETHER_BYTES: Final = 32 * 1024
MAX_LINE_BYTES: Final = 1024 * 1024
KEPT_OF_LONG_LINE: Final = 1000

_UTF_16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


class ByteStream(Protocol):
    """Anything that can be read from front to back."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes; none only at the end."""


@dataclass(frozen=True)
class Block:
    """
    Whole lines: the number of the first, and all their bytes without the last line end.

    `bytes_cut` is how many bytes of a single line that was too long are left out.
    """

    first_line: int
    data: bytes
    bytes_cut: int = 0

    @cached_property
    def count(self) -> int:
        """The number of lines."""
        return line_ends(self.data) + 1


def line_blocks(stream: ByteStream) -> Iterator[Block]:
    """Yield the lines of a file in blocks; a line that is too long is a block of its own."""
    return _blocks(_terminated(_checked(stream)))


def later_blocks(stream: ByteStream, *, first_line: int = 1) -> Iterator[Block]:
    """Yield, in blocks, the lines of a part of a file that starts at `first_line`."""
    return _blocks(iter(lambda: stream.read(BLOCK_BYTES), b""), first_line)


def _blocks(pieces: Iterator[bytes], first_line: int = 1) -> Iterator[Block]:
    line_number, pending, too_long = first_line, b"", 0
    for piece in pieces:
        rest = piece
        if too_long:
            passed, line_end, rest = piece.partition(b"\n")
            too_long += len(passed)
            if not line_end:
                continue
            yield Block(line_number, pending, bytes_cut=too_long - len(pending))
            line_number, pending, too_long = line_number + 1, b"", 0
        head, line_end, tail = rest.rpartition(b"\n")
        if line_end:
            for lines in _together(pending + head):
                block = Block(line_number, lines)
                yield block
                line_number += block.count
            pending = b""
        pending += tail
        if len(pending) > MAX_LINE_BYTES:
            pending, too_long = pending[:KEPT_OF_LONG_LINE], len(pending)
    if pending:
        yield Block(line_number, pending, bytes_cut=max(0, too_long - len(pending)))


def _together(lines: bytes) -> Iterator[bytes]:
    """Split lines into pieces that are read together; a longer line is a piece of its own."""
    start, length = 0, len(lines)
    while length - start > TOGETHER_BYTES:
        end = lines.rfind(b"\n", start, start + TOGETHER_BYTES)
        end = lines.find(b"\n", start) if end < 0 else end
        if end < 0:
            break
        yield lines[start:end]
        start = end + 1
    yield lines[start:]


def _checked(stream: ByteStream) -> Iterator[bytes]:
    """Yield blocks; refuse what is empty, in UTF-16 or not text."""
    first = stream.read(BLOCK_BYTES)
    if not first:
        message = "The file is empty. Upload it again, whole."
        raise UnreadableFileError(message)
    if first.startswith(_UTF_16_MARKS):
        message = (
            "The file is in UTF-16, as some spreadsheets save text. "
            "Save it as CSV UTF-8 and upload it again."
        )
        raise UnreadableFileError(message)
    if b"\x00" in first.partition(b"\n")[0]:
        message = (
            "The file is not text: it may be a spreadsheet, a database, or in UTF-16. "
            "Save it as CSV UTF-8 and upload it again."
        )
        raise UnreadableFileError(message)
    yield first
    while block := stream.read(BLOCK_BYTES):
        yield block


def _terminated(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Turn an old spreadsheet's carriage returns into line feeds, if a file has no line feeds."""
    first = next(blocks, b"")
    if not has_lone_returns(first):
        yield first
        yield from blocks
        return
    yield first.replace(b"\r", b"\n")
    for block in blocks:
        yield block.replace(b"\r", b"\n")


def has_lone_returns(first: bytes) -> bool:
    """Return whether carriage returns end a file's lines, judging by its first block."""
    return b"\n" not in first and b"\r" in first


def line_ends(data: bytes) -> int:
    """Count line feeds by removing them and comparing lengths: `count` takes twice as long."""
    return len(data) - len(data.replace(b"\n", b""))
