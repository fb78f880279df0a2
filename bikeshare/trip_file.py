"""A trip file opened: its format by its header, and its rows behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bikeshare.errors import UnreadableFileError
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.recognise import Layout, recognise
from bikeshare.formats.trip_format import TripFormat
from bikeshare.lines import Block, ByteStream, later_blocks, line_blocks
from bikeshare.rows import Row, RowSplitter, Run, decoded


@dataclass(frozen=True)
class TripFile:
    """How a file is laid out, and its rows, which can be gone through once."""

    layout: Layout
    rows: Iterator[Run | Row]


def open_trip_file(stream: ByteStream, formats: Sequence[TripFormat] = KNOWN_FORMATS) -> TripFile:
    """Read a file's header; raise UnreadableFileError where no row of it could be understood."""
    blocks = line_blocks(stream)
    header, rest = _header(blocks)
    layout = recognise(header, formats)
    return TripFile(layout, _rows(rest, blocks, layout))


def open_later_part(stream: ByteStream, layout: Layout) -> TripFile:
    """Read on in a part of a file whose header stands in its first part."""
    return TripFile(layout, _rows(None, later_blocks(stream), layout))


def header_of(stream: ByteStream) -> str:
    """Give the header line of a file, as it was written."""
    header, _ = _header(line_blocks(stream))
    return header


def _header(blocks: Iterator[Block]) -> tuple[str, Block | None]:
    """Take the first line that is not blank, and give the lines behind it in its block."""
    for block in blocks:
        number, data = block.first_line, block.data
        while data:
            line, line_end, data = data.partition(b"\n")
            number += 1
            if line.strip():
                rest = Block(number, data) if line_end else None
                return _header_text(line), rest
    message = "The file has blank lines only. Upload it again, whole."
    raise UnreadableFileError(message)


def _header_text(line: bytes) -> str:
    try:
        return line.decode().strip("\r")
    except UnicodeDecodeError:
        return line.decode("windows-1252", "replace").strip("\r")


def _rows(rest: Block | None, blocks: Iterator[Block], layout: Layout) -> Iterator[Run | Row]:
    def all_blocks() -> Iterator[Block]:
        if rest is not None:
            yield rest
        yield from blocks

    splitter = RowSplitter(layout.delimiter, layout.column_count)
    return splitter.rows(decoded(all_blocks(), layout.format.encoding))
