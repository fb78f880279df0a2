"""Open a trip file: find its format by its header, and read the rows below."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bikeshare.errors import UnknownHeaderError, UnreadableFileError
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.recognise import Layout, recognise
from bikeshare.formats.trip_format import TripFormat
from bikeshare.json_lines import header_of_keys, keys_of, object_rows
from bikeshare.lines import Block, ByteStream, later_blocks, line_blocks
from bikeshare.rows import Batch, Row, RowSplitter, Taken, decoded

UTF_8: Final = "utf-8"

_BOM: Final = b"\xef\xbb\xbf"
# Excel takes a file's separator from such a line above its header.
_SEPARATOR_LINE: Final = re.compile(rb'"?sep=.?"?\s*', re.IGNORECASE)


@dataclass(frozen=True)
class TripFile:
    """
    How a file is laid out, and its lines, which can be iterated over once.

    `header` is the line above the rows, a byte-order mark included; lines of JSON have none.
    """

    layout: Layout
    batches: Iterator[Batch]
    header: str = ""

    def rows(self, take: Callable[[Batch], Taken | None] = lambda _: None) -> Iterator[Taken | Row]:
        """Yield every row, or what `take` returns for several; see RowSplitter.rows."""
        if self.layout.keys:
            return object_rows(self.batches, self.layout.keys)
        splitter = RowSplitter(self.layout.delimiter, self.layout.column_count)
        return splitter.rows(self.batches, take)


@dataclass(frozen=True, kw_only=True)
class _Opening:
    """The first line of a file that says anything, whether it had a UTF-8 BOM, and what follows."""

    line: bytes
    number: int
    is_marked: bool
    rest: Iterator[Block]


def open_trip_file(stream: ByteStream, formats: Sequence[TripFormat] = KNOWN_FORMATS) -> TripFile:
    """Read a file's header; raise UnreadableFileError if none of its rows could be understood."""
    opening = _opening(line_blocks(stream))
    keys = keys_of(_text(opening.line)) if opening.line.lstrip().startswith(b"{") else []
    if keys:
        found = recognise(header_of_keys(keys), formats)
        layout = replace(found, encoding=UTF_8, keys=tuple(keys))
        first = Block(opening.number, opening.line)
        return TripFile(layout, decoded(_followed(first, opening.rest), layout.encoding))
    found = _recognised(opening.line, formats)
    layout = replace(found, encoding=_encoding(opening, found))
    header = opening.line.decode(layout.encoding, "replace").strip("\r")
    marked = f"\ufeff{header}" if opening.is_marked else header
    return TripFile(layout, decoded(opening.rest, layout.encoding), header=marked)


def open_later_part(stream: ByteStream, layout: Layout, *, first_line: int = 1) -> TripFile:
    """Open a later part of a file, whose header is in its first part."""
    blocks = later_blocks(stream, first_line=first_line)
    return TripFile(layout, decoded(blocks, layout.encoding))


def _opening(blocks: Iterator[Block]) -> _Opening:
    """Take the first line that is not blank, and the lines after it."""
    is_marked = False
    for block in blocks:
        number, data = block.first_line, block.data
        if number == 1 and data.startswith(_BOM):
            is_marked, data = True, data.removeprefix(_BOM)
        while data:
            line, line_end, data = data.partition(b"\n")
            if line.strip() and not _SEPARATOR_LINE.fullmatch(line):
                rest = _followed(Block(number + 1, data) if line_end else None, blocks)
                return _Opening(line=line, number=number, is_marked=is_marked, rest=rest)
            number += 1
    message = "The file has blank lines only. Upload it again, whole."
    raise UnreadableFileError(message)


def _followed(first: Block | None, blocks: Iterator[Block]) -> Iterator[Block]:
    if first is not None:
        yield first
    yield from blocks


def _recognised(line: bytes, formats: Sequence[TripFormat]) -> Layout:
    """Recognise a header in UTF-8, or in the encoding of the format it belongs to."""
    if not _is_utf_8(line):
        for known in formats:
            try:
                return recognise(line.decode(known.encoding).strip("\r"), [known])
            except (UnicodeDecodeError, UnknownHeaderError):
                continue
    return recognise(_text(line), formats)


def _encoding(opening: _Opening, layout: Layout) -> str:
    """Return UTF-8 if the file shows that it is, else the encoding of its format."""
    shows = opening.is_marked or (not opening.line.isascii() and _is_utf_8(opening.line))
    return UTF_8 if shows else layout.format.encoding


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _text(line: bytes) -> str:
    """Decode a line for its ASCII characters, whatever else is in it."""
    encoding = UTF_8 if _is_utf_8(line) else "windows-1252"
    return line.decode(encoding, "replace").strip("\r")
