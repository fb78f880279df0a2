import io
import tracemalloc
from itertools import pairwise

import pytest

from bikeshare.errors import UnreadableFileError
from bikeshare.lines import (
    BLOCK_BYTES,
    KEPT_OF_LONG_LINE,
    MAX_LINE_BYTES,
    TOGETHER_BYTES,
    Block,
    line_blocks,
)


class Endless:
    """A stream with one endless line, as in a disk image or a zip bomb."""

    def __init__(self, blocks: int) -> None:
        self.left = blocks

    def read(self, size: int = -1, /) -> bytes:
        """Return the same letter until the blocks are used up."""
        self.left -= 1
        return b"x" * size if self.left >= 0 else b""


def blocks(content: bytes) -> list[Block]:
    """Return all blocks of a file."""
    return list(line_blocks(io.BytesIO(content)))


class TestLineBlocks:
    def test_a_file_without_a_last_line_end_is_whole(self) -> None:
        """Many publishers omit it; the last row counts all the same."""
        assert blocks(b"a\nb") == [Block(1, b"a"), Block(2, b"b")]

    def test_numbers_go_on_over_blocks(self) -> None:
        """A person looks up a rejected row by its number."""
        line = b"x" * 99 + b"\n"
        content = line * (3 * BLOCK_BYTES // 100)

        found = blocks(content)

        assert len(found) > 3 * BLOCK_BYTES // TOGETHER_BYTES
        assert all(len(block.data) <= TOGETHER_BYTES for block in found)
        for before, after in pairwise(found):
            assert after.first_line == before.first_line + before.data.count(b"\n") + 1
        assert b"\n".join(block.data for block in found) + b"\n" == content

    @pytest.mark.parametrize("size", [MAX_LINE_BYTES + 1, 10 * MAX_LINE_BYTES])
    def test_a_long_line_is_cut_and_the_next_one_is_found(self, size: int) -> None:
        """A line of 10 MB costs itself and nothing after it."""
        found = blocks(b"head\n" + b"x" * size + b"\nnext\nlast")

        cut = [block for block in found if block.bytes_cut]
        assert [(block.first_line, len(block.data)) for block in cut] in (
            [(2, KEPT_OF_LONG_LINE)],
            [],
        )
        assert found[-1] == Block(found[-1].first_line, b"last")
        total = sum(len(b.data) + b.bytes_cut + 1 for b in found) - 1
        assert total == len(b"head\n\nnext\nlast") + size
        assert found[-1].first_line == 4

    def test_an_endless_line_needs_little_memory(self) -> None:
        """Bounded memory is what lets a small function read any file."""
        tracemalloc.start()
        found = list(line_blocks(Endless(400)))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert found[0].bytes_cut == 400 * BLOCK_BYTES - KEPT_OF_LONG_LINE
        assert peak < 4 * MAX_LINE_BYTES

    def test_lone_carriage_returns_end_lines(self) -> None:
        """Excel for Mac used to save CSV that way."""
        assert blocks(b"a\rb\rc") == [Block(1, b"a\nb"), Block(3, b"c")]

    @pytest.mark.parametrize(
        ("content", "hint"),
        [
            (b"", "empty"),
            ("ride_id,started_at".encode("utf-16"), "UTF-16"),
            ("ride_id,started_at".encode("utf-16-le"), "UTF-16"),
            (b"SQLite format 3\x00", "not text"),
        ],
    )
    def test_what_is_no_text_is_refused_with_a_hint(self, content: bytes, hint: str) -> None:
        """A person can act on it: save as UTF-8, or upload the whole file."""
        with pytest.raises(UnreadableFileError, match=hint):
            blocks(content)
