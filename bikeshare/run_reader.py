"""The fast way to read: many rows at a time, column by column, straight into a record's rows."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import add, itemgetter, le
from typing import Final, NamedTuple, TypeVar

from bikeshare.errors import MalformedRowError
from bikeshare.formats.recognise import ABSENT, Layout
from bikeshare.formats.trip_format import ROLES_OF_ENDS, Role
from bikeshare.local_times import Clock, LocalTimes
from bikeshare.messages import csv_row, is_plain
from bikeshare.places import position_texts
from bikeshare.row_pattern import QUOTE, RowForms, RowPattern
from bikeshare.rows import Batch
from bikeshare.texts import NONE_WORDS, clean_id, clean_name, is_short_id

MAX_REMEMBERED: Final = 20_000

Key = TypeVar("Key")

_PLAIN_MARKS: Final = str.maketrans("", "", "-@:.")

_ALONE: Final = (Role.TRIP_ID, Role.BIKE_ID, Role.STARTED_AT, Role.ENDED_AT)
_TIMES: Final = (Role.STARTED_AT, Role.ENDED_AT)

# The text of one span of adjacent columns in a row, or of several spans.
Written = str | tuple[str, ...]
Writer = Callable[..., str]

# The texts that the pattern's groups extract for each role: one sequence per group.
Columns = Mapping[Role, Sequence[Sequence[str]]]


class OutOfTheOrdinaryError(Exception):
    """A run that has to be read row by row."""


class ReadRun(NamedTuple):
    """Rows as records hold them, and the times of the first and the last event in them."""

    rows: list[str]
    first_event_at: str
    last_event_at: str


class _Bikes(dict[str, str]):
    """Cleaned bike ids; one that is empty or needs quotes makes its run out of the ordinary."""

    def __missing__(self, written: str) -> str:
        clean = clean_id(written)
        if not clean or not is_plain(clean):
            raise OutOfTheOrdinaryError
        return _remembered(self, written, clean)


class _Stops(dict[Written, str]):
    """The fields of a stop, or half of them, as CSV: a file repeats a few thousand stops."""

    def __init__(self, columns: Mapping[Role, int], write: Writer, delimiter: str) -> None:
        super().__init__()
        self._columns = columns
        self._write = write
        self._delimiter = delimiter
        self._present = sorted({*columns.values()} - {ABSENT})
        self.role = next(iter(columns))
        self.spans = _spans(self._present)

    def __missing__(self, written: Written) -> str:
        texts = (written,) if isinstance(written, str) else written
        together = [self._delimiter.join(texts)]
        # For a single column that is empty the csv module returns no columns.
        fields = next(csv.reader(together, delimiter=self._delimiter, strict=True)) or [""]
        stop = self._written(dict(zip(self._present, fields, strict=True)))
        return _remembered(self, written, stop)

    def of_all(self, spans: Sequence[Sequence[str]]) -> Iterable[str]:
        """Return the CSV for each row, given the rows' texts for each span of columns."""
        if not spans:
            return repeat(self._written({}))
        return map(self.__getitem__, spans[0] if len(spans) == 1 else zip(*spans, strict=True))

    def _written(self, fields: Mapping[int, str]) -> str:
        return self._write(*(fields.get(column, "") for column in self._columns.values()))


def _spans(columns: Iterable[int]) -> dict[int, int]:
    """Map the first to the last column of each span of adjacent columns."""
    spans: dict[int, int] = {}
    first = ABSENT
    for column in columns:
        first = first if spans.get(first) == column - 1 else column
        spans[first] = column
    return spans


def _stops(columns: Mapping[Role, int], delimiter: str) -> list[_Stops]:
    """Look stops up whole, or by name and by position where these are not in adjacent columns."""
    roles = list(columns)
    name, place = ({role: columns[role] for role in half} for half in (roles[:2], roles[2:]))
    if len(_spans(sorted({*columns.values()} - {ABSENT}))) == 1:
        return [_Stops(columns, _stop, delimiter)]
    return [_Stops(name, _name, delimiter), _Stops(place, _place, delimiter)]


def _stop(station_id: str, name: str, lat: str, lon: str) -> str:
    return f"{_name(station_id, name)},{_place(lat, lon)}"


def _name(station_id: str, name: str) -> str:
    return csv_row((clean_id(station_id), clean_name(name)))


def _place(lat: str, lon: str) -> str:
    return csv_row(position_texts(lat, lon))


def _remembered(memory: dict[Key, str], key: Key, value: str) -> str:
    if len(memory) >= MAX_REMEMBERED:
        memory.clear()
    memory[key] = value
    return value


@dataclass(frozen=True, slots=True)
class _Form:
    """How the rows of a run are written, and which groups of the pattern hold which role."""

    pattern: RowPattern
    groups: Mapping[Role, Sequence[int]]
    clock: Clock | None = None


class RunReader:
    """Reads the runs of one file; what it remembers of a row makes the next one cheap."""

    def __init__(self, layout: Layout, times: LocalTimes, *, latest: str) -> None:
        index = {role: layout.index_of.get(role, ABSENT) for role in Role}
        self._times = times
        self._latest = latest
        self._alone = {role: index[role] for role in _ALONE if index[role] != ABSENT}
        self._ends = [
            _stops({role: index[role] for role in end}, layout.delimiter) for end in ROLES_OF_ENDS
        ]
        has_no_key = not {Role.TRIP_ID, Role.BIKE_ID} & self._alone.keys()
        is_amended = bool(layout.amendments) or index[Role.DURATION] != ABSENT
        read = [column for column in index.values() if column != ABSENT]
        self._is_never_ordinary = is_amended or has_no_key or len(read) > len({*read})
        self._bikes = _Bikes()
        self._forms = RowForms(layout.delimiter, layout.column_count)
        self._usual: _Form | None = None

    def read(self, run: Batch) -> ReadRun | None:
        """Read a run, or return None if any of its rows is in any way out of the ordinary."""
        if self._is_never_ordinary:
            return None
        read = self._read(run, self._usual) if self._usual else None
        first = None if read else self._forms.fields(run.text.partition("\n")[0])
        if first:
            for form in (self._form_like(first), self._any_form()):
                read = self._read(run, form)
                if read:
                    self._usual = form
                    break
        return read

    def _form_like(self, fields: Sequence[str]) -> _Form:
        """Return the form that all rows have if they are written like this one."""
        clock = self._times.clock(fields[self._alone[Role.STARTED_AT]].strip(QUOTE))
        inner = dict.fromkeys(self._alone.values(), "")
        roles = [(column, role) for role, column in self._alone.items()]
        if clock:
            for role in _TIMES:
                inner[self._alone[role]] = f"([^:]*+)({clock.behind_hour})"
                roles.append((self._alone[role], role))
        return self._form(self._forms.alike(fields, self._spans(), inner), roles, clock)

    def _any_form(self) -> _Form:
        spans = {**self._spans(), **{column: column for column in self._alone.values()}}
        roles = [(column, role) for role, column in self._alone.items()]
        return self._form(self._forms.mixed(spans), roles)

    def _spans(self) -> dict[int, int]:
        return {f: last for end in self._ends for half in end for f, last in half.spans.items()}

    def _form(
        self, pattern: RowPattern, alone: list[tuple[int, Role]], clock: Clock | None = None
    ) -> _Form:
        stops = [(f, half.role) for end in self._ends for half in end for f in half.spans]
        groups: dict[Role, list[int]] = {role: [] for role in Role}
        for group, (_, role) in enumerate(sorted(alone + stops, key=itemgetter(0))):
            groups[role].append(group)
        return _Form(pattern, groups, clock)

    def _read(self, run: Batch, form: _Form) -> ReadRun | None:
        found = form.pattern.cut(run.text, run.count)
        if not found:
            return None
        columns = {role: [found[at] for at in groups] for role, groups in form.groups.items()}
        if form.pattern.keeps_quotes:
            for role in self._alone:
                (texts,) = columns[role]
                columns[role] = [[t[1:-1] if t.startswith(QUOTE) else t for t in texts]]
        try:
            return self._rows(columns, form.clock)
        except (LookupError, ValueError, csv.Error, MalformedRowError, OutOfTheOrdinaryError):
            return None

    def _rows(self, columns: Columns, clock: Clock | None) -> ReadRun:
        started_at, ended_at = (self._moments(columns[role], clock) for role in _TIMES)
        rest = clock.rest if clock else ""
        earliest = min(started_at)
        first, last = f"{earliest}{rest}", f"{max(ended_at)}{rest}"
        if not earliest or last > self._latest or not all(map(le, started_at, ended_at)):
            raise OutOfTheOrdinaryError
        bikes = self._bike_ids(columns)
        ends = [_texts(columns, halves) for halves in self._ends]
        if Role.TRIP_ID in self._alone:
            (keys,) = columns[Role.TRIP_ID]
            _check_keys(keys)
            rows = [
                f"{key},{bike},{since}{rest},{until}{rest},{here},{there}"
                for key, bike, since, until, here, there in zip(
                    keys, bikes, started_at, ended_at, *ends, strict=False
                )
            ]
        else:
            rows = [
                f"{bike}@{since}{rest},{bike},{since}{rest},{until}{rest},{here},{there}"
                for bike, since, until, here, there in zip(
                    bikes, started_at, ended_at, *ends, strict=False
                )
            ]
        return ReadRun(rows, first, last)

    def _moments(self, texts: Sequence[Sequence[str]], clock: Clock | None) -> list[str]:
        """Return UTC texts, without the `rest` of the clock."""
        if clock is None:
            return list(map(self._times.utc, texts[0]))
        hours, behind = texts
        return list(map(add, map(clock.hours.__getitem__, hours), behind))

    def _bike_ids(self, columns: Columns) -> Iterable[str]:
        if Role.BIKE_ID not in self._alone:
            return repeat("")
        (written,) = columns[Role.BIKE_ID]
        if Role.TRIP_ID in self._alone and not any(written):
            return repeat("")
        return map(self._bikes.__getitem__, written)


def _texts(columns: Columns, halves: Sequence[_Stops]) -> Iterable[str]:
    """Return the CSV fields for one end of each trip."""
    texts = [half.of_all(columns[half.role]) for half in halves]
    return texts[0] if len(texts) == 1 else map(",".join, zip(*texts, strict=False))


def _check_keys(trip_ids: Sequence[str]) -> None:
    # Letters, digits and these marks, as in a key made of bike and start, need neither cleaning
    # nor quotes.
    together = "".join(trip_ids).translate(_PLAIN_MARKS)
    plain = together.isascii() and together.isalnum() and is_short_id(max(trip_ids, key=len))
    if not (plain and NONE_WORDS.isdisjoint(trip_ids)):
        raise OutOfTheOrdinaryError
