import io

import pytest

from bikeshare.errors import MalformedRowError
from bikeshare.lines import BLOCK_BYTES, MAX_LINE_BYTES, line_blocks
from bikeshare.reasons import Reason
from bikeshare.rows import CHARACTERS_TOGETHER, Batch, Row, RowSplitter, decoded

Found = list[tuple[int, list[str] | str]]


def single_rows(content: bytes, *, encoding: str = "utf-8", delimiter: str = ",") -> list[Row]:
    """Return every row of three columns."""
    splitter = RowSplitter(delimiter, 3)
    return list(splitter.rows(decoded(line_blocks(io.BytesIO(content)), encoding)))


def rows(content: bytes | str, *, encoding: str = "utf-8", delimiter: str = ",") -> Found:
    """Return line number and fields of every row of three columns; the reason if it is bad."""
    data = content.encode() if isinstance(content, str) else content
    return [
        (line, str(fields.reason) if isinstance(fields, MalformedRowError) else fields)
        for line, _, fields in single_rows(data, encoding=encoding, delimiter=delimiter)
    ]


def texts(content: bytes) -> list[str]:
    """Return the text kept of every row."""
    return [text for _, text, _ in single_rows(content)]


class TestRows:
    def test_plain_and_quoted_rows(self) -> None:
        """Both eras of Citi Bike: with quotes around texts, and without."""
        assert rows('1,Grove St,a\r\n2,"Green Park Station, Mayfair","5"" pipe"\r\n') == [
            (1, ["1", "Grove St", "a"]),
            (2, ["2", "Green Park Station, Mayfair", '5" pipe']),
        ]

    def test_blank_lines_are_no_rows(self) -> None:
        """London's files end in them; they must not count as read."""
        assert rows("1,a,b\n\n   \n2,c,d\n\n") == [(1, ["1", "a", "b"]), (4, ["2", "c", "d"])]

    def test_a_row_may_have_line_breaks_inside_quotes(self) -> None:
        """Two lines in a quoted name are one row, counted from its first line."""
        assert rows('1,"Grove St\nPATH",b\n2,c,d\n') == [
            (1, ["1", "Grove St\nPATH", "b"]),
            (3, ["2", "c", "d"]),
        ]

    def test_a_row_over_two_lines_may_have_too_many_columns(self) -> None:
        """It is one bad row, as for any CSV reader."""
        assert rows('1,"Grove St\nPATH",b,,\n2,c,d\n') == [
            (1, ["1", "Grove St\nPATH", "b", "", ""]),
            (3, ["2", "c", "d"]),
        ]

    def test_a_quote_that_is_closed_by_chance_swallows_no_row(self) -> None:
        """A line that is a row by itself was never meant to be inside another row's field."""
        assert rows('1,"Grove\n2,c,d\n3,St",b,e\n') == [
            (1, "unbalanced_quote"),
            (2, ["2", "c", "d"]),
            (3, ["3", 'St"', "b", "e"]),
        ]

    def test_what_quotes_hold_together_is_a_row_where_its_columns_are_right(self) -> None:
        """A whole line inside a field was meant so; RFC 4180 allows no other reading."""
        assert rows('1,"Grove\n2,c,d\n3,St",b\n') == [(1, ["1", "Grove\n2,c,d\n3,St", "b"])]

    @pytest.mark.parametrize("at", [3, 9, 14])
    def test_a_bad_byte_costs_the_whole_row_it_is_in_and_no_more(self, at: int) -> None:
        """A row over two lines is one row, whichever of them has the bad byte."""
        row = b'1,"Grove St\nPATH",b'
        content = row[:at] + b"\xe9" + row[at:] + b"\n2,c,d\n"

        assert rows(content) == [(1, "bad_encoding"), (3, ["2", "c", "d"])]

    def test_a_quote_inside_a_plain_field_is_a_letter(self) -> None:
        """RFC 4180 does not provide for it; every CSV reader keeps it."""
        assert rows('1,5" pipe,b\n2,c,d\n') == [(1, ["1", '5" pipe', "b"]), (2, ["2", "c", "d"])]

    def test_text_behind_a_closing_quote_is_kept(self) -> None:
        """Unescaped quotes around a nickname do not cost the row."""
        assert rows('1,"W 52 "St" & 11",b\n') == [(1, ["1", 'W 52 St" & 11"', "b"])]

    @pytest.mark.parametrize("position", [0, 1, 24, 49])
    def test_one_stray_quote_costs_one_row(self, position: int) -> None:
        """A reader that ran on to the next quote would silently swallow good rows."""
        lines = [f"{number},a,b" for number in range(50)]
        lines[position] = f'{position},"a,b'

        found = rows("\n".join(lines))

        assert found == [
            (number + 1, "unbalanced_quote" if number == position else [str(number), "a", "b"])
            for number in range(50)
        ]

    def test_two_stray_quotes_cost_two_rows(self) -> None:
        """The second does not close the first, with good rows lost between them."""
        assert rows('1,"a,b\n2,c,d\n3,"e,f\n4,g,h\n') == [
            (1, "unbalanced_quote"),
            (2, ["2", "c", "d"]),
            (3, "unbalanced_quote"),
            (4, ["4", "g", "h"]),
        ]

    def test_every_row_of_a_file_may_have_a_stray_quote(self) -> None:
        """A broken export of many rows is read in time and memory in proportion to its size."""
        assert rows('1,"a,b\n' * 5000) == [(n + 1, "unbalanced_quote") for n in range(5000)]

    def test_a_quoted_row_is_found_across_blocks(self) -> None:
        """Where a block ends is arbitrary; a row that spans it is still a row."""
        for shift in range(12):
            filler = "1,a,b\n" * ((BLOCK_BYTES - 6) // 6) + " " * shift + "\n"
            found = rows(filler + '2,"c\nd\ne",f\n3,g,h\n')

            assert found[-2][1] == ["2", "c\nd\ne", "f"]
            assert found[-1][1] == ["3", "g", "h"]
            assert found[-1][0] == found[-2][0] + 3

    def test_bytes_of_another_encoding_cost_their_row(self) -> None:
        """One Latin-1 name in a million rows is one rejected row."""
        found = rows(b"1,a,b\n2,Chalet\xe9,d\n3,Chalet\xc3\xa9,f\n")

        assert found == [
            (1, ["1", "a", "b"]),
            (2, "bad_encoding"),
            (3, ["3", "Chaleté", "f"]),
        ]

    def test_the_formats_encoding_is_used(self) -> None:
        """London wrote Windows-1252, where the same byte is a letter."""
        assert rows(b"1,Chalet\xe9,b\n", encoding="windows-1252") == [(1, ["1", "Chaleté", "b"])]

    def test_what_could_not_be_decoded_is_kept_readably(self) -> None:
        """The rejected row shows which byte was wrong."""
        assert texts(b"2,Chalet\xe9,d\n") == ["2,Chalet\\xe9,d"]

    @pytest.mark.parametrize("size", [MAX_LINE_BYTES + 1, MAX_LINE_BYTES + BLOCK_BYTES // 2])
    def test_a_long_line_costs_its_row(self, size: int) -> None:
        """The limit is exact wherever the line lies within its blocks."""
        for before in (0, 1000, 40_000):
            content = b"1,a,b\n" * before + b"x" * size + b"\n2,c,d\n"

            assert rows(content)[-2:] == [
                (before + 1, "line_too_long"),
                (before + 2, ["2", "c", "d"]),
            ]

    def test_a_line_of_just_the_limit_is_read(self) -> None:
        """A line of exactly the maximum length is allowed."""
        assert rows(b"1,a," + b"x" * (MAX_LINE_BYTES - 4) + b"\n2,c,d")[0][1] != "line_too_long"

    def test_a_cut_line_says_so(self) -> None:
        """Nobody should take the kept start for the whole row."""
        (kept,) = texts(b"x" * (2 * MAX_LINE_BYTES))

        assert len(kept) < 1100
        assert kept.endswith("(cut here: the line has 2,097,152 bytes)")

    def test_other_delimiters(self) -> None:
        """A spreadsheet set to a European language saves semicolons."""
        assert rows('1;"a;b";c\n', delimiter=";") == [(1, ["1", "a;b", "c"])]

    @pytest.mark.parametrize("row", ['1,"a\rb"x,c', f'1,"{"x" * 200_000}",c', '1,\r"x",c'])
    def test_what_no_csv_reader_takes_costs_its_row(self, row: str) -> None:
        """Python's reader fails on a carriage return in a field, and on a field of 200 KB."""
        assert rows(f"{row}\n2,d,e\n") in (
            [(1, "unbalanced_quote"), (2, ["2", "d", "e"])],
            [(1, ["1", "a\rbx", "c"]), (2, ["2", "d", "e"])],
            [(1, ["1", '\r"x"', "c"]), (2, ["2", "d", "e"])],
        )


class TestTaking:
    def rows(self, content: str, *, usual: str = "1,a,b") -> list[Batch | Row]:
        """Return what a file comes in if lines that are all `usual` can be taken together."""

        def take(batch: Batch) -> Batch | None:
            return batch if set(batch.lines) == {usual} else None

        blocks = line_blocks(io.BytesIO(content.encode()))
        return list(RowSplitter(",", 3).rows(decoded(blocks, "utf-8"), take))

    def test_most_rows_are_taken_together(self) -> None:
        """And every one of them once, with its line number."""
        found = self.rows("1,a,b\n" * 40_000)

        taken = [part for part in found if isinstance(part, Batch)]
        assert taken == found
        assert [part.first_line for part in taken] == [
            1 + sum(len(part.lines) for part in taken[:index]) for index in range(len(taken))
        ]
        assert sum(len(part.lines) for part in taken) == 40_000
        assert all(part.count == len(part.lines) for part in taken)
        assert {len(part.text) <= CHARACTERS_TOGETHER[0] for part in taken} == {True}

    @pytest.mark.parametrize("odd", ["", "1,a", "1,a,b,c", '1,"a,b', '"1,a",b', '1,"a\na",b'])
    @pytest.mark.parametrize("position", [0, 12_345, 19_999])
    def test_an_odd_row_slows_down_few_others(self, odd: str, position: int) -> None:
        """Reading row by row costs many times as much."""
        lines = ["1,a,b"] * 20_000
        lines[position] = odd

        found = self.rows("\n".join(lines))

        alone = [part for part in found if not isinstance(part, Batch)]
        assert len(alone) <= CHARACTERS_TOGETHER[1] // len("1,a,b")
        numbers = [
            line
            for part in found
            for line in (
                range(part.first_line, part.first_line + part.count)
                if isinstance(part, Batch)
                else [part[0]]
            )
        ]
        missing = {position + 1} if not odd else {position + 2} if "\n" in odd else set()
        assert numbers == [n for n in range(1, numbers[-1] + 1) if n not in missing]
        assert numbers[-1] == 20_000 + odd.count("\n") - (position == 19_999 and len(missing))

    def test_nothing_is_taken_while_a_row_is_open(self) -> None:
        """The lines of a long name may look like rows, but are not."""
        filler = "1,a,b\n" * (BLOCK_BYTES // 6)
        for shift in range(0, 40, 3):
            found = self.rows(filler + "1,a,b\n" * shift + '0,"x\n1,a,b\n",c\n')

            assert found[-1] == (
                len(filler) // 6 + shift + 1,
                '0,"x\n1,a,b\n",c',
                ["0", "x\n1,a,b\n", "c"],
            )

    def test_lines_with_a_return_in_them_are_not_taken(self) -> None:
        """Python's reader decides what they are."""
        assert self.rows("1,\ra,b\n1,\ra,b", usual="1,\ra,b") == [
            (1, "1,\ra,b", ["1", "\ra", "b"]),
            (2, "1,\ra,b", ["1", "\ra", "b"]),
        ]

    def test_two_wrong_rows_do_not_make_a_right_one(self) -> None:
        """One field too few and one too many add up to the right number."""
        assert [reason for _, reason in rows("1,a\n2,b,c,d\n3,e,f\n")] == [
            ["1", "a"],
            ["2", "b", "c", "d"],
            ["3", "e", "f"],
        ]


class TestParts:
    @pytest.mark.parametrize("size", [1, 5, 6, 11, 100])
    def test_parts_keep_their_lines_and_problems(self, size: int) -> None:
        """However it is cut, the lines are the same, in the same order."""
        problems = {8: MalformedRowError(Reason.BAD_ENCODING, "")}
        lines = ["1,a,b", "", "22222222222222,c", "3", ""]
        batch = Batch(first_line=7, text="\n".join(lines), problems=problems)

        parts = list(batch.parts(size))

        assert [line for part in parts for line in part.lines] == lines
        assert [part.first_line for part in parts] == [
            7 + sum(part.count for part in parts[:index]) for index in range(len(parts))
        ]
        (troubled,) = [part for part in parts if part.problems]
        assert troubled.first_line <= 8 < troubled.first_line + troubled.count
        assert all(len(part.text) <= size or part.count == 1 for part in parts)
