"""A file read in parts gives the rows of the file read whole, at the same lines."""

import gzip
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.lines import BLOCK_BYTES, MAX_LINE_BYTES
from bikeshare.local_times import LocalTimes
from bikeshare.trip_part import Start, TripPart
from bikeshare.trip_reader import TripReader
from bikeshare.trip_stream import RejectedRow

HEADER = b"Start station,Start time,End station,End time\n"
PLAIN = b"7,2016-10-01 06:00:08 +0200,8,2016-10-01 06:10:08 +0200\n"
OBJECT = (
    b'{"Start station": "7", "Start time": "2016-10-01 06:00:08 +0200", '
    b'"End station": "8", "End time": "2016-10-01 06:10:08 +0200"}\n'
)
# Its line, and either its row of a record or what is wrong with it.
ReadRow = tuple[int, str]

RECEIVED_AT = datetime(2021, 3, 1, 12, tzinfo=UTC)
TORN = b'7,"2016-10-01\n06:00:08 +0200",8,2016-10-01 06:10:08 +0200\n'
LINES = st.sampled_from(
    [
        PLAIN,
        PLAIN.replace(b"\n", b"\r\n"),
        b'"7","2016-10-01 06:00:08 +0200","8","2016-10-01 06:10:08 +0200"\n',
        TORN,
        b'06:00:08 +0200",8,2016-10-01 06:10:08 +0200\n',
        b'7,"open,8,9\n',
        b'W 52 "St",2,8,9\n',
        b'"W 52 "St" & 11",2,8,9\n',
        b"\n",
        b" \r\n",
        b"\xff,1,2,3\n",
        b'\xff,"1,2,3\n',
        b"\xef\xbb\xbfa,b,c,d\n",
        b"sep=,\n",
        HEADER,
    ]
)
TOPS = st.sampled_from([HEADER, b"\n\n" + HEADER, b"\xef\xbb\xbf" + HEADER, b"sep=,\r\n" + HEADER])


class Dribble(io.BytesIO):
    """A stream that returns few bytes at a time, so that a small file has many blocks."""

    def __init__(self, content: bytes, most: int) -> None:
        super().__init__(content)
        self.most = most

    def read(self, size: int | None = -1, /) -> bytes:
        """Return less than is asked for."""
        return super().read(self.most if size is None or size < 0 else min(size, self.most))


def read_part(part: TripPart) -> Iterator[ReadRow]:
    """Yield each row of a part."""
    times = LocalTimes(ZoneInfo("America/New_York"), part.file.layout.format.date_order)
    for read in part.read(TripReader(part.file.layout, times, received_at=RECEIVED_AT)):
        if isinstance(read, RejectedRow):
            yield read.line, f"{read.error}: {read.text}"
        else:
            yield from zip(read.lines, read.rows, strict=True)


def rows_of(
    content: bytes, *, most: int = BLOCK_BYTES, lines: int = 10**9
) -> list[tuple[int, str]]:
    """Read a file in parts of `lines` lines."""
    rows: list[tuple[int, str]] = []
    start: Start | None = Start()
    while start:
        part = TripPart(Dribble(content, most), KNOWN_FORMATS, start=start, lines=lines)
        found = list(read_part(part))
        # However few lines it has, a part makes progress: it contains its first row.
        assert not part.rest or part.rest.line > start.line
        assert all(start.line <= line < start.line + lines for line, _ in found)
        rows, start = rows + found, part.rest
    return rows


class TestTripPart:
    @given(TOPS, st.lists(LINES, max_size=120), st.integers(1, 70), st.integers(9, 2000))
    def test_parts_read_as_the_whole(
        self, top: bytes, lines: list[bytes], part_lines: int, most: int
    ) -> None:
        """Whatever quotes, line breaks and bytes surround a cut, no row is affected."""
        content = top + b"".join(lines)

        assert rows_of(content, most=most, lines=part_lines) == rows_of(content, most=most)

    @given(st.lists(st.sampled_from([PLAIN, TORN, b"\n", b"7,open\n"]), max_size=60), st.data())
    def test_lone_returns_are_the_same(self, lines: list[bytes], data: st.DataObject) -> None:
        """Only the top of a file that an old spreadsheet saved shows what ends its lines."""
        content = (HEADER + b"".join(lines)).replace(b"\n", b"\r")
        most = data.draw(st.integers(len(HEADER), 2000))

        parts = rows_of(content, most=most, lines=data.draw(st.integers(1, 30)))

        assert parts == rows_of(content, most=most)
        assert len(parts) >= lines.count(PLAIN)

    @given(
        st.lists(st.sampled_from([OBJECT, b"{}\n", b'{"a"\n', b"\n", b"\xff\n"]), max_size=60),
        st.sampled_from([b"", b"\xef\xbb\xbf"]),
        st.integers(1, 30),
        st.integers(9, 2000),
    )
    def test_lines_of_json_are_the_same(
        self, lines: list[bytes], mark: bytes, part_lines: int, most: int
    ) -> None:
        """Their keys are read from the first one, which is a row too."""
        content = mark + OBJECT + b"".join(lines)

        rows = rows_of(content, most=most, lines=part_lines)

        assert rows == rows_of(content, most=most)
        assert rows[0][0] == 1

    def test_rows_of_real_blocks_are_the_same(self) -> None:
        """Runs and blocks end at other places in a part than in the whole."""
        rows = [PLAIN.replace(b"7,", b"%d," % number) for number in range(30_000)]
        rows[12_000] = b"7," + b"x" * (3 * MAX_LINE_BYTES) + b"\n"
        rows[12_001:12_400] = [b"\n"] * 399
        content = HEADER + b"".join(rows)

        assert rows_of(content, lines=4_001) == rows_of(content)

    @pytest.mark.parametrize("blank", [b"\n", b"x"])
    def test_goes_on_behind_what_is_no_row(self, blank: bytes) -> None:
        """Blank lines and a seemingly endless one are read long before the next row appears."""
        content = HEADER + PLAIN + blank * (40 * BLOCK_BYTES) + b"\n" + PLAIN
        part = TripPart(io.BytesIO(content), KNOWN_FORMATS, start=Start(), lines=2)

        assert [line for line, _ in read_part(part)] == [2]

        assert part.rest
        again = TripPart(io.BytesIO(content), KNOWN_FORMATS, start=part.rest, lines=10**9)
        assert [line for line, _ in rows_of(content)][1:] == [line for line, _ in read_part(again)]

    def test_goes_on_near_the_row_and_not_at_the_top(self) -> None:
        """Rereading from the top would take ever longer from part to part."""
        content = HEADER + PLAIN * 40_000
        part = TripPart(io.BytesIO(content), KNOWN_FORMATS, start=Start(), lines=30_000)
        list(read_part(part))

        assert part.rest
        assert part.rest.line == 30_001
        row_at = len(HEADER) + 29_999 * len(PLAIN)
        assert 0 <= row_at - part.rest.mark.offset <= BLOCK_BYTES

    def test_what_is_packed_is_unpacked_up_to_it(self) -> None:
        """A gzip can only be entered at its beginning."""
        content = HEADER + b"".join(b"%d," % n + PLAIN[2:] for n in range(40_000))
        whole = rows_of(content)

        rows, start = [], Start()
        while start:
            with gzip.open(io.BytesIO(gzip.compress(content))) as stream:
                part = TripPart(stream, KNOWN_FORMATS, start=start, lines=15_000)
                rows += read_part(part)
            start = part.rest

        assert rows == whole
