"""Many rows at a time, column by column, straight to the rows of a record: the fast way to read."""

from collections.abc import Iterator, Sequence
from operator import le
from typing import Final, NamedTuple, TypeVar

from bikeshare.errors import MalformedRowError
from bikeshare.formats.recognise import ABSENT, Layout
from bikeshare.formats.trip_format import Role
from bikeshare.local_times import LocalTimes
from bikeshare.messages import csv_row, is_plain
from bikeshare.places import position_texts
from bikeshare.rows import Run
from bikeshare.texts import NONE_WORDS, clean_id, clean_name, is_short_id

MAX_REMEMBERED: Final = 20_000

Key = TypeVar("Key")

_PLAIN_MARKS: Final = str.maketrans("", "", "-@:.")

_ENDS: Final = (
    (Role.START_STATION_ID, Role.START_STATION_NAME, Role.START_LAT, Role.START_LON),
    (Role.END_STATION_ID, Role.END_STATION_NAME, Role.END_LAT, Role.END_LON),
)


class OutOfTheOrdinaryError(Exception):
    """A run that has to be read row by row."""


class ReadRun(NamedTuple):
    """Rows as records hold them, and the first and the last event in them."""

    rows: list[str]
    first_event_at: str
    last_event_at: str


class _Bikes(dict[str, str]):
    """Bike ids as they go on; one that a key could not hold as it is, or none, is out."""

    def __missing__(self, written: str) -> str:
        clean = clean_id(written)
        if not clean or not is_plain(clean):
            raise OutOfTheOrdinaryError
        return _remembered(self, written, clean)


class _Positions(dict[tuple[str, ...], str]):
    """Both columns of a position."""

    def __missing__(self, written: tuple[str, ...]) -> str:
        lat, lon = written
        return _remembered(self, written, csv_row(position_texts(lat, lon)))


class _Names(dict[tuple[str, ...], str]):
    """Both columns of a station's id and name."""

    def __missing__(self, written: tuple[str, ...]) -> str:
        station_id, name = written
        return _remembered(self, written, csv_row((clean_id(station_id), clean_name(name))))


class _Stops(dict[tuple[str, ...], str]):
    """
    The four columns of a stop, remembered because a file repeats a few thousand stops.

    Where positions are a bicycle's and not a dock's they seldom repeat, names still do.
    """

    def __init__(self, quoted: Sequence[bool]) -> None:
        super().__init__()
        self._quoted = quoted
        self._names = _Names()
        self._positions = _Positions()

    def __missing__(self, written: tuple[str, ...]) -> str:
        plain = tuple(
            text[1:-1] if is_quoted else text
            for text, is_quoted in zip(written, self._quoted, strict=True)
        )
        stop = f"{self._names[plain[:2]]},{self._positions[plain[2:]]}"
        return _remembered(self, written, stop)


def _remembered(memory: dict[Key, str], key: Key, value: str) -> str:
    if len(memory) >= MAX_REMEMBERED:
        memory.clear()
    memory[key] = value
    return value


class RunReader:
    """Reads the runs of one file; what it remembers of a row makes the next one cheap."""

    def __init__(self, layout: Layout, times: LocalTimes, *, latest: str) -> None:
        index = {role: layout.index_of.get(role, ABSENT) for role in Role}
        self._times = times
        self._latest = latest
        self._trip_id = index[Role.TRIP_ID]
        self._bike_id = index[Role.BIKE_ID]
        self._started_at = index[Role.STARTED_AT]
        self._ended_at = index[Role.ENDED_AT]
        self._ends = [tuple(index[role] for role in roles) for roles in _ENDS]
        has_no_key = {self._trip_id, self._bike_id} == {ABSENT}
        is_amended = bool(layout.amendments) or index[Role.DURATION] != ABSENT
        self._is_never_ordinary = is_amended or has_no_key
        self._bikes = _Bikes()
        self._stops: dict[tuple[bool, ...], _Stops] = {}

    def read(self, run: Run) -> ReadRun | None:
        """Read a run, or give None where one of its rows is in any way out of the ordinary."""
        if self._is_never_ordinary:
            return None
        try:
            return self._read(run)
        except (ValueError, MalformedRowError, OutOfTheOrdinaryError):
            return None

    def _read(self, run: Run) -> ReadRun:
        started_at, ended_at = self._time(run, self._started_at), self._time(run, self._ended_at)
        first, last = min(started_at), max(ended_at)
        if not first or last > self._latest or not all(map(le, started_at, ended_at)):
            raise OutOfTheOrdinaryError
        keys, bikes = self._keys_and_bikes(run, started_at)
        start, end = (self._stop(run, columns) for columns in self._ends)
        columns = zip(keys, bikes, started_at, ended_at, start, end, strict=True)
        return ReadRun(list(map(",".join, columns)), first, last)

    def _time(self, run: Run, column: int) -> list[str]:
        return self._times.utc_column(run.columns[column], quoted=column in run.quoted)

    def _keys_and_bikes(
        self, run: Run, started_at: Sequence[str]
    ) -> tuple[Sequence[str], Sequence[str]]:
        bikes: Sequence[str] = [""] * len(run.texts)
        if self._bike_id != ABSENT and (self._trip_id == ABSENT or any(_plain(run, self._bike_id))):
            bikes = list(map(self._bikes.__getitem__, _plain(run, self._bike_id)))
        if self._trip_id == ABSENT:
            return list(map("@".join, zip(bikes, started_at, strict=True))), bikes
        trip_ids = _plain(run, self._trip_id)
        # Letters, digits and these marks, as in a key made of bike and start, need no cleaning
        # and no quotes.
        together = "".join(trip_ids).translate(_PLAIN_MARKS)
        plain = together.isascii() and together.isalnum() and is_short_id(max(trip_ids, key=len))
        if not (plain and NONE_WORDS.isdisjoint(trip_ids)):
            raise OutOfTheOrdinaryError
        return trip_ids, bikes

    def _stop(self, run: Run, columns: tuple[int, ...]) -> Iterator[str]:
        """Give what a record says of one end of each trip."""
        nothing = [""] * len(run.texts)
        written = [nothing if index == ABSENT else run.columns[index] for index in columns]
        quoted = tuple(index in run.quoted for index in columns)
        stops = self._stops.get(quoted) or self._stops.setdefault(quoted, _Stops(quoted))
        return map(stops.__getitem__, zip(*written, strict=True))


def _plain(run: Run, column: int) -> Sequence[str]:
    fields = run.columns[column]
    return [field[1:-1] for field in fields] if column in run.quoted else fields
