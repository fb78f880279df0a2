"""A file read in parts gives the rows of the file read whole, at the same lines."""

import io
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from bikeshare.cuts import next_cut
from bikeshare.formats.recognise import recognise
from bikeshare.lines import MAX_LINE_BYTES
from bikeshare.rows import MAX_LINES_PER_ROW
from bikeshare.trip_file import TripFile, open_later_part, open_trip_file

HEADER = "Start station,Start time,End station,End time"
LAYOUT = recognise(HEADER)
PLAIN = b"7,2016-10-01 06:00:08 +0200,8,2016-10-01 06:10:08 +0200\n"

LINES = st.sampled_from(
    [
        PLAIN,
        PLAIN.replace(b"\n", b"\r\n"),
        b'"7","2016-10-01 06:00:08 +0200","8","2016-10-01 06:10:08 +0200"\n',
        b'7,"2016-10-01\n',
        b'06:00:08 +0200",8,2016-10-01 06:10:08 +0200\n',
        b'7,"open,8,9\n',
        b'W 52 "St",2,8,9\n',
        b'"W 52 "St" & 11",2,8,9\n',
        b"\n",
        b"\xff,1,2,3\n",
        b'\xff,"1,2,3\n',
        b"\xef\xbb\xbfa,b,c,d\n",
    ]
)


def rows_of(file: TripFile) -> Iterator[tuple[int, str, str]]:
    """Yield each row's line, its text, and what is wrong with it or what it holds."""
    for line, text, fields in file.rows():
        yield line, text, str(fields)


def in_parts(content: bytes, *, part_bytes: int) -> Iterator[tuple[int, str, str]]:
    """Yield the rows of a file cut about every `part_bytes` bytes."""
    start, lines_before = 0, 0
    while start < len(content):
        rest = io.BytesIO(content[start + part_bytes :])
        cut = next_cut(rest, LAYOUT, within=len(content) - start - part_bytes)
        end = len(content) if cut is None else start + part_bytes + cut
        part = content[start:end]
        stream = io.BytesIO(part)
        file = open_later_part(stream, LAYOUT) if start else open_trip_file(stream)
        for line, text, fields in rows_of(file):
            yield line + lines_before, text, fields
        start, lines_before = end, lines_before + part.count(b"\n")


class TestNextCut:
    @given(st.lists(LINES, max_size=120), st.integers(1, 600))
    def test_parts_read_as_the_whole(self, lines: list[bytes], part_bytes: int) -> None:
        """Whatever quotes, line breaks and bytes surround a cut, no row is affected."""
        content = HEADER.encode() + b"\n" + b"".join(lines)

        whole = list(rows_of(open_trip_file(io.BytesIO(content))))

        assert list(in_parts(content, part_bytes=len(HEADER) + part_bytes)) == whole

    def test_a_plain_file_is_cut_just_behind(self) -> None:
        """A part is about as long as intended."""
        cut = next_cut(io.BytesIO(PLAIN * 100), LAYOUT, within=len(PLAIN) * 100)

        assert cut == len(PLAIN) * MAX_LINES_PER_ROW

    def test_a_quote_left_open_is_given_room(self) -> None:
        """Its row may continue on the next lines, so none of them is a place to cut."""
        content = PLAIN * 10 + b'7,"open\n' + PLAIN * 100

        cut = next_cut(io.BytesIO(content), LAYOUT, within=len(content))

        assert cut == len(PLAIN) * 10 + len(b'7,"open\n') + len(PLAIN) * (MAX_LINES_PER_ROW - 1)

    def test_a_file_of_open_quotes_stays_whole(self) -> None:
        """Better one long part than a row that is read differently."""
        content = b'7,"open\n' * 1000

        assert next_cut(io.BytesIO(content), LAYOUT, within=len(content)) is None

    def test_an_endless_line_takes_no_memory(self) -> None:
        """It is skipped, as it is in reading."""
        content = b"x" * (10 * MAX_LINE_BYTES) + b"\n" + PLAIN * 30

        cut = next_cut(io.BytesIO(content), LAYOUT, within=len(content))

        assert cut is not None
        assert content[:cut].endswith(b"\n")
        assert len(content) - cut == len(PLAIN) * 11
