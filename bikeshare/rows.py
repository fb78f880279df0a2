"""Split lines into CSV rows so that a stray quote or byte costs its own row and no other."""

import csv
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, TypeVar

from bikeshare.errors import MalformedRowError
from bikeshare.lines import KEPT_OF_LONG_LINE, MAX_LINE_BYTES, TOGETHER_BYTES, Block
from bikeshare.reasons import Reason

MAX_LINES_PER_ROW: Final = 20
MAX_CHARACTERS_PER_JOINED_ROW: Final = 64 * 1024

# Runs are tried in these sizes: at the smaller one, an odd row slows down only a few others.
CHARACTERS_TOGETHER: Final = (TOGETHER_BYTES, TOGETHER_BYTES // 8)

# The line a row starts at, its text as it was, and its fields or what is wrong with it.
Row = tuple[int, str, list[str] | MalformedRowError]

Taken = TypeVar("Taken")


@dataclass(frozen=True, kw_only=True)
class Batch:
    """
    Decoded lines, and what is wrong with some of them, by line number.

    `counted` is the number of lines where it is already known, since counting takes time.
    """

    first_line: int
    text: str
    problems: dict[int, MalformedRowError] = field(default_factory=dict)
    counted: int | None = None

    @cached_property
    def count(self) -> int:
        """The number of lines."""
        return self.counted or self.text.count("\n") + 1

    @property
    def lines(self) -> list[str]:
        """The lines as a list."""
        return self.text.split("\n")

    def parts(self, size: int) -> Iterator["Batch"]:
        """Split between lines, so that parts of several lines have at most `size` characters."""
        line, start, length = self.first_line, 0, len(self.text)
        if length <= size:
            yield self
            return
        while start <= length:
            end = length
            if length - start > size:
                end = self.text.rfind("\n", start, start + size)
                end = end if end >= 0 else self.text.find("\n", start)
                end = end if end >= 0 else length
            part = Batch(first_line=line, text=self.text[start:end])
            after = line + part.count
            found = {n: bad for n, bad in self.problems.items() if line <= n < after}
            yield replace(part, problems=found) if found else part
            line, start = after, end + 1


def decoded(blocks: Iterable[Block], encoding: str) -> Iterator[Batch]:
    """Decode lines; one that is too long or not in the encoding is noted as a problem."""
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
        yield Batch(first_line=block.first_line, text=text, counted=block.count)


def _decoded_line_by_line(block: Block, encoding: str) -> Batch:
    lines, problems = list[str](), dict[int, MalformedRowError]()
    for number, data in enumerate(block.data.split(b"\n"), block.first_line):
        line = data.removesuffix(b"\r")
        length = len(line) + block.bytes_cut
        if length > MAX_LINE_BYTES:
            kept = line[:KEPT_OF_LONG_LINE].decode(encoding, "backslashreplace")
            lines.append(f"{kept} … (cut here: the line has {length:,} bytes)")
            problems[number] = MalformedRowError(
                Reason.LINE_TOO_LONG, f"{length:,} bytes; at most {MAX_LINE_BYTES:,} are read"
            )
            continue
        try:
            lines.append(line.decode(encoding))
        except UnicodeDecodeError as error:
            lines.append(line.decode(encoding, "backslashreplace"))
            detail = f"byte {error.start + 1} of the line is not {encoding}"
            problems[number] = MalformedRowError(Reason.BAD_ENCODING, detail)
    return Batch(first_line=block.first_line, text="\n".join(lines), problems=problems)


class RowSplitter:
    """Splits the lines of one file by its delimiter; blank lines are not rows."""

    def __init__(self, delimiter: str, column_count: int) -> None:
        self._delimiter = delimiter
        self._column_count = column_count
        # One reader for all records: making one costs as much as reading a record with it.
        self._fed: deque[str] = deque()
        feed = iter(self._fed.popleft, None)
        self._strict = csv.reader(feed, delimiter=delimiter, strict=True)

    def rows(
        self, batches: Iterable[Batch], take: Callable[[Batch], Taken | None] = lambda _: None
    ) -> Iterator[Taken | Row]:
        """
        Yield every row of a file, good or bad, in order.

        `take` is offered lines before which no row is open. It may return something to be yielded
        for them only if each line is a row; where it returns None, their rows come one by one.
        """
        left: Batch | None = None
        for batch in batches:
            for part in batch.parts(CHARACTERS_TOGETHER[0]):
                left = yield from self._taken(part, take, CHARACTERS_TOGETHER, left)
        if left:
            yield from self._rows_of(left, final=True)

    def _taken(
        self,
        batch: Batch,
        take: Callable[[Batch], Taken | None],
        sizes: Sequence[int],
        left: Batch | None,
    ) -> Generator[Taken | Row, None, Batch | None]:
        """Offer lines to `take` together, then in smaller parts, and else yield their rows."""
        size, *smaller = sizes
        if not (left or batch.problems or "\r" in batch.text or len(batch.text) > size):
            taken = take(batch)
            if taken is not None:
                yield taken
                return None
        if not smaller:
            return (yield from self._rows_of(_joined(left, batch), final=False))
        for part in batch.parts(smaller[0]):
            left = yield from self._taken(part, take, smaller, left)
        return left

    def leaves_quote_open(self, line: str) -> bool:
        """Return whether a row that starts on this line continues after it."""
        return '"' in line and self._fields(line) is None

    def _rows_of(self, batch: Batch, *, final: bool) -> Generator[Row, None, Batch | None]:
        """Yield the rows of a batch; return the lines that the next batch may have to complete."""
        lines, problems, next_line = batch.lines, batch.problems, batch.first_line
        for number, text in enumerate(lines, batch.first_line):
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
            at = number - batch.first_line
            rest = lines[at : at + MAX_LINES_PER_ROW + 1]
            is_short = sum(map(len, rest)) <= MAX_CHARACTERS_PER_JOINED_ROW
            if len(rest) <= MAX_LINES_PER_ROW and is_short and not final:
                behind = {n: bad for n, bad in problems.items() if n >= number}
                return Batch(first_line=number, text="\n".join(rest), problems=behind)
            joined, fields = self._completed(rest, number, problems)
            next_line = number + 1 + joined.count("\n")
            # A byte that is not in the encoding, on any of its lines, spoils the whole row.
            found = next((problems[n] for n in range(number, next_line) if n in problems), None)
            yield number, joined, found or (_open_quote() if fields is None else fields)
        return None

    def _fields(self, text: str) -> list[str] | MalformedRowError | None:
        """Split one record, or return None if a quote is still open at its end."""
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

    def _completed(
        self, lines: list[str], number: int, problems: dict[int, MalformedRowError]
    ) -> tuple[str, list[str] | None]:
        """Complete a record with the lines after it, or return its first line alone and None."""
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
        """
        Return whether a line is a row by itself, so that the quote above it was a stray one.

        One with an odd number of quotes is more likely to close what was opened above it.
        """
        if line.count('"') % 2:
            return False
        fields = self._fields(line)
        return isinstance(fields, list) and len(fields) == self._column_count


def _joined(left: Batch | None, batch: Batch) -> Batch:
    if left is None:
        return batch
    return Batch(
        first_line=left.first_line,
        text=f"{left.text}\n{batch.text}",
        problems={**left.problems, **batch.problems},
    )


def _open_quote() -> MalformedRowError:
    return MalformedRowError(Reason.UNBALANCED_QUOTE, "a quote is opened and never closed")
