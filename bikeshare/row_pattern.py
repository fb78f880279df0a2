"""One regular expression for a whole row: it proves lines to be rows, and cuts out what is read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

QUOTE: Final = '"'
_QUOTED: Final = '"[^"]*+"'


@dataclass(frozen=True, slots=True)
class RowPattern:
    """
    The form that all rows have.

    A field may match over a line's end. But a match begins where a line does and ends where one
    does, so that with as many matches as lines each is one line, and none is passed over.
    """

    pattern: re.Pattern[str]
    quotes_per_row: int | None = None
    keeps_quotes: bool = False

    def cut(self, text: str, lines: int) -> list[list[str]] | None:
        """
        Give each group of so many lines as a column, or None where one of them is no such row.

        `split` gives all groups of all rows in one list, with what stands between rows before each.
        """
        found: list[str] = self.pattern.split(text)
        step = self.pattern.groups + 1
        if len(found) != lines * step + 1:
            return None
        if self.quotes_per_row is None or text.count(QUOTE) == self.quotes_per_row * lines:
            return [found[group::step] for group in range(1, step)]
        return None


class RowForms:
    """What rows of so many columns may look like; a field in quotes holds no other quote."""

    def __init__(self, delimiter: str, column_count: int) -> None:
        self._delimiter = re.escape(delimiter)
        # The last field has no delimiter behind it, so only this keeps it within its line.
        within_line = rf"[^{self._delimiter}\n]*+"
        self._plain = [f"[^{self._delimiter}]*+"] * (column_count - 1) + [within_line]
        self._any = [f"(?:{_QUOTED}|(?!{QUOTE}){plain})" for plain in self._plain]
        self._row = re.compile(self._delimiter.join(f"({field})" for field in self._any))

    def fields(self, line: str) -> tuple[str, ...] | None:
        """Cut one line into its fields as they are written."""
        found = self._row.fullmatch(line)
        return found.groups() if found else None

    def alike(
        self, fields: Sequence[str], spans: Mapping[int, int], inner: Mapping[int, str]
    ) -> RowPattern:
        """
        Have quotes around the same columns as these fields, and nowhere else.

        `spans` are the first and the last columns of what is cut out with its quotes; `inner`
        are patterns for what is cut out without them, "" for anything.
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
        """Have quotes around any field; to look for them takes longer."""
        return RowPattern(self._compiled(self._any, spans), keeps_quotes=True)

    def _compiled(self, columns: Sequence[str], spans: Mapping[int, int]) -> re.Pattern[str]:
        grouped = list(columns)
        for first, last in spans.items():
            grouped[first] = f"({grouped[first]}"
            grouped[last] = f"{grouped[last]})"
        return re.compile(f"^{self._delimiter.join(grouped)}$", re.MULTILINE)
