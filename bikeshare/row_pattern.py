"""One regular expression for a whole row: it checks that lines are rows and extracts fields."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

QUOTE: Final = '"'
_QUOTED: Final = '"[^"]*+"'


@dataclass(frozen=True, slots=True)
class RowPattern:
    """
    A form that all rows of a run share.

    A field may match across a line end. But a match begins where a line does and ends where one
    does, so with as many matches as lines, each match is one line and none is skipped.
    """

    pattern: re.Pattern[str]
    quotes_per_row: int | None = None
    keeps_quotes: bool = False

    def cut(self, text: str, lines: int) -> list[list[str]] | None:
        """
        Return each group as a column with a text per line, or None if a line does not match.

        `split` returns the groups of all rows in one list, each row preceded by the text before it.
        """
        found: list[str] = self.pattern.split(text)
        step = self.pattern.groups + 1
        if len(found) != lines * step + 1:
            return None
        if self.quotes_per_row is None or text.count(QUOTE) == self.quotes_per_row * lines:
            return [found[group::step] for group in range(1, step)]
        return None


class RowForms:
    """The forms a row of `column_count` columns may have; a quoted field holds no other quote."""

    def __init__(self, delimiter: str, column_count: int) -> None:
        self._delimiter = re.escape(delimiter)
        # The last field has no delimiter after it, so only this keeps it within its line.
        within_line = rf"[^{self._delimiter}\n]*+"
        self._plain = [f"[^{self._delimiter}]*+"] * (column_count - 1) + [within_line]
        self._any = [f"(?:{_QUOTED}|(?!{QUOTE}){plain})" for plain in self._plain]
        self._row = re.compile(self._delimiter.join(f"({field})" for field in self._any))

    def fields(self, line: str) -> tuple[str, ...] | None:
        """Split a line into its fields as written, or return None if it has none of the forms."""
        found = self._row.fullmatch(line)
        return found.groups() if found else None

    def alike(
        self, fields: Sequence[str], spans: Mapping[int, int], inner: Mapping[int, str]
    ) -> RowPattern:
        """
        Return the pattern of rows with quotes around the same columns as these fields, no others.

        `spans` maps the first to the last column of what is extracted with its quotes; `inner` maps
        columns to patterns of what is extracted without them, "" for anything.
        """
        columns = list(self._plain)
        quoted = {at for at, field in enumerate(fields) if field.startswith(QUOTE)}
        for column in quoted:
            columns[column] = _QUOTED
        for column, pattern in inner.items():
            in_quotes = pattern or '([^"]*+)'
            columns[column] = (
                f'"{in_quotes}"' if column in quoted else pattern or f"({columns[column]})"
            )
        return RowPattern(self._compiled(columns, spans), quotes_per_row=2 * len(quoted))

    def mixed(self, spans: Mapping[int, int]) -> RowPattern:
        """Return the pattern of rows with quotes around any field; it takes longer to match."""
        return RowPattern(self._compiled(self._any, spans), keeps_quotes=True)

    def _compiled(self, columns: Sequence[str], spans: Mapping[int, int]) -> re.Pattern[str]:
        grouped = list(columns)
        for first, last in spans.items():
            grouped[first] = f"({grouped[first]}"
            grouped[last] = f"{grouped[last]})"
        return re.compile(f"^{self._delimiter.join(grouped)}$", re.MULTILINE)
