"""Cut lines into CSV rows so that a stray quote or byte costs its own row and no other."""

import csv
import itertools
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from bikeshare.errors import MalformedRowError
from bikeshare.lines import KEPT_OF_LONG_LINE, MAX_LINE_BYTES, Block
from bikeshare.reasons import Reason

MAX_LINES_PER_ROW: Final = 20
MAX_CHARACTERS_PER_JOINED_ROW: Final = 64 * 1024

LINES_PER_RUN: Final = 200
QUOTE: Final = '"'

# The line a row starts at, its text as it was, and its fields or what is wrong with it.
Row = tuple[int, str, list[str] | MalformedRowError]


@dataclass(frozen=True, slots=True)
class Run:
    """
    Lines that are a row each, with as many fields as the header: what files mostly hold.

    In the columns that `quoted` names, every field still has its quotes around it, and none in it.
    """

    first_line: int
    texts: list[str]
    columns: list[Sequence[str]]
    quoted: frozenset[int] = frozenset()

    def single_rows(self) -> Iterator[Row]:
        """Give the rows one by one."""
        columns = [
            [field[1:-1] for field in column] if index in self.quoted else column
            for index, column in enumerate(self.columns)
        ]
        rows = map(list, zip(*columns, strict=True))
        return zip(itertools.count(self.first_line), self.texts, rows, strict=False)

    def parts(self, size: int) -> Iterator["Run"]:
        """Cut a run into shorter ones."""
        for start in range(0, len(self.texts), size):
            cut = slice(start, start + size)
            columns = [column[cut] for column in self.columns]
            yield Run(self.first_line + start, self.texts[cut], columns, self.quoted)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Decoded lines, and what is wrong with some of them by their number."""

    first_line: int
    lines: list[str]
    problems: dict[int, MalformedRowError] = field(default_factory=dict)


def decoded(blocks: Iterable[Block], encoding: str) -> Iterator[Batch]:
    """Decode lines; one that is too long or not in the encoding is a problem of its own."""
    for block in blocks:
        if block.bytes_cut or len(block.data) > MAX_LINE_BYTES:
            yield _decoded_line_by_line(block, encoding)
            continue
        try:
            text = block.data.decode(encoding)
        except UnicodeDecodeError:
            yield _decoded_line_by_line(block, encoding)
            continue
        if "\r" in text:
            text = text.replace("\r\n", "\n").removesuffix("\r")
        yield Batch(first_line=block.first_line, lines=text.split("\n"))


def _decoded_line_by_line(block: Block, encoding: str) -> Batch:
    batch = Batch(first_line=block.first_line, lines=[])
    for number, data in enumerate(block.data.split(b"\n"), block.first_line):
        line = data.removesuffix(b"\r")
        length = len(line) + block.bytes_cut
        if length > MAX_LINE_BYTES:
            kept = line[:KEPT_OF_LONG_LINE].decode(encoding, "backslashreplace")
            batch.lines.append(f"{kept} … (cut here: the line has {length:,} bytes)")
            batch.problems[number] = MalformedRowError(
                Reason.LINE_TOO_LONG, f"{length:,} bytes; at most {MAX_LINE_BYTES:,} are read"
            )
            continue
        try:
            batch.lines.append(line.decode(encoding))
        except UnicodeDecodeError as error:
            batch.lines.append(line.decode(encoding, "backslashreplace"))
            detail = f"byte {error.start + 1} of the line is not {encoding}"
            batch.problems[number] = MalformedRowError(Reason.BAD_ENCODING, detail)
    return batch


class RowSplitter:
    """Splits the lines of one file by its delimiter; blank lines are no rows."""

    def __init__(self, delimiter: str, column_count: int) -> None:
        self._delimiter = delimiter
        self._column_count = column_count
        self._delimiters = column_count - 1
        # One reader for all records: making one costs as much as reading a record with it.
        self._fed: deque[str] = deque()
        feed = iter(self._fed.popleft, None)
        self._strict = csv.reader(feed, delimiter=delimiter, strict=True)

    def rows(self, batches: Iterable[Batch]) -> Iterator[Run | Row]:
        """Give every row of a file, good or bad, in its order; most of them in runs."""
        left = Batch(first_line=1, lines=[])
        for batch in _shorter(batches):
            clear = not (left.lines or batch.problems)
            run = self._run(batch.first_line, batch.lines) if clear else None
            if run:
                yield run
                continue
            joined = Batch(
                first_line=batch.first_line - len(left.lines),
                lines=left.lines + batch.lines,
                problems={**left.problems, **batch.problems},
            )
            left = yield from self._rows_of(joined, final=False)
        yield from self._rows_of(left, final=True)

    def leaves_quote_open(self, line: str) -> bool:
        """Tell whether a row that starts with this line goes on behind it."""
        return '"' in line and self._fields(line) is None

    def _run(self, first_line: int, lines: list[str]) -> Run | None:
        """Split lines that are a row each, or give None where one of them is anything else."""
        counts = set(map(str.count, lines, itertools.repeat(self._delimiter)))
        text = self._delimiter.join(lines)
        if counts == {self._delimiters}:
            fields = text.split(self._delimiter)
            step = self._column_count
            columns: list[Sequence[str]] = [fields[column::step] for column in range(step)]
            quoted = _quoted_columns(text, columns)
            if quoted is not None:
                return Run(first_line, lines, columns, quoted)
        if '"' not in text:
            return None
        parsed = self._parsed_columns(lines)
        return Run(first_line, lines, parsed) if parsed else None

    def _parsed_columns(self, lines: list[str]) -> list[Sequence[str]] | None:
        try:
            rows = list(csv.reader(lines, delimiter=self._delimiter, strict=True))
        except csv.Error:
            return None
        # Every row took a line at least, so with as many rows as lines each took just one.
        alike = len(rows) == len(lines) and set(map(len, rows)) == {self._column_count}
        return list(zip(*rows, strict=True)) if alike else None

    def _rows_of(self, batch: Batch, *, final: bool) -> Generator[Row, None, Batch]:
        """Give the rows of a batch; return the lines that the next batch may have to complete."""
        problems, next_line = batch.problems, batch.first_line
        for number, text in enumerate(batch.lines, batch.first_line):
            if number < next_line:
                continue
            problem = problems.get(number) if problems else None
            if '"' not in text or (problem and problem.reason == Reason.LINE_TOO_LONG):
                if text and not text.isspace():
                    yield number, text, problem or text.split(self._delimiter)
                continue
            fields = self._fields(text)
            if fields is not None:
                yield number, text, problem or fields
                continue
            rest = batch.lines[number - batch.first_line :][: MAX_LINES_PER_ROW + 1]
            if len(rest) <= MAX_LINES_PER_ROW and not final:
                return _from_line(batch, number)
            joined, fields = self._joined(rest, number, problems)
            next_line = number + 1 + joined.count("\n")
            # A row is one whose bytes are not in the encoding wherever in it they are.
            found = next((problems[n] for n in range(number, next_line) if n in problems), None)
            yield number, joined, found or (_open_quote() if fields is None else fields)
        return Batch(first_line=batch.first_line + len(batch.lines), lines=[])

    def _fields(self, text: str) -> list[str] | MalformedRowError | None:
        """Split one record, or give None where a quote is still open at its end."""
        self._fed.append(text)
        try:
            return next(self._strict)
        except IndexError:  # the reader asked for a second line
            return None
        except csv.Error:
            # What follows a closing quote in '"W 52 "St" & 11 Ave"' is kept as it stands.
            return self._loosely(text)

    def _loosely(self, text: str) -> list[str] | MalformedRowError:
        try:
            return next(csv.reader([text], delimiter=self._delimiter))
        except csv.Error as error:
            return MalformedRowError(Reason.UNBALANCED_QUOTE, str(error))

    def _joined(
        self, lines: list[str], number: int, problems: dict[int, MalformedRowError]
    ) -> tuple[str, list[str] | None]:
        """Complete a record by the lines after it, or give its first line alone and None."""
        joined = lines[0]
        for distance, line in enumerate(lines[1:MAX_LINES_PER_ROW], 1):
            joined = f"{joined}\n{line}"
            problem = problems.get(number + distance)
            is_cut = problem is not None and problem.reason == Reason.LINE_TOO_LONG
            if is_cut or len(joined) > MAX_CHARACTERS_PER_JOINED_ROW:
                break
            if '"' not in line:
                continue
            self._fed.append(joined)
            try:
                fields = next(self._strict)
            except IndexError:
                continue
            except csv.Error:
                break
            if len(fields) == self._column_count or not any(
                map(self._is_row, lines[1 : distance + 1])
            ):
                return joined, fields
            break
        return lines[0], None

    def _is_row(self, line: str) -> bool:
        """Tell whether a line is a row by itself, so that the quote above it was a stray one."""
        fields = self._fields(line)
        return isinstance(fields, list) and len(fields) == self._column_count


def _quoted_columns(text: str, columns: Sequence[Sequence[str]]) -> frozenset[int] | None:
    """
    Name the columns whose every field is in quotes, or give None where any quote stands elsewhere.

    Two quotes around each field of those columns, and not one more in the text: so no delimiter
    or line break was in quotes, and none of the fields holds a quote. What the csv module would
    refuse beside a quote is left to it.
    """
    found = text.count(QUOTE)
    if not found:
        return frozenset()
    if "\r" in text or len(text) > csv.field_size_limit():
        return None
    quoted = [index for index, column in enumerate(columns) if column[0][:1] == QUOTE]
    around = 2 * len(columns[0])
    if found != around * len(quoted) or not all(_is_quoted(columns[index]) for index in quoted):
        return None
    return frozenset(quoted)


def _is_quoted(column: Sequence[str]) -> bool:
    """Tell whether every field is in quotes."""
    length = len(column[0])
    together = "".join(column)
    if len(together) == length * len(column) and set(map(len, column)) == {length}:
        every = QUOTE * len(column)
        return length > 1 and together[::length] == every == together[length - 1 :: length]
    return all(len(field) > 1 and field[0] == QUOTE == field[-1] for field in set(column))


def _shorter(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Cut batches into such as may be a run, so that an odd line slows down few others."""
    for batch in batches:
        for start in range(0, len(batch.lines), LINES_PER_RUN):
            lines = batch.lines[start : start + LINES_PER_RUN]
            first = batch.first_line + start
            last = first + len(lines)
            problems = {n: bad for n, bad in batch.problems.items() if first <= n < last}
            yield Batch(first_line=first, lines=lines, problems=problems)


def _open_quote() -> MalformedRowError:
    return MalformedRowError(Reason.UNBALANCED_QUOTE, "a quote is opened and never closed")


def _from_line(batch: Batch, number: int) -> Batch:
    """Keep what is not split yet for the next batch."""
    return Batch(
        first_line=number,
        lines=batch.lines[number - batch.first_line :],
        problems={line: bad for line, bad in batch.problems.items() if line >= number},
    )
