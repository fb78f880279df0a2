"""Turn the fields of a CSV row into a trip, or find why it is not one (T1, T2, T7)."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Final, NoReturn

from bikeshare.durations import end_after
from bikeshare.errors import MalformedRowError
from bikeshare.formats.recognise import ABSENT, Layout
from bikeshare.formats.trip_format import ROLES_OF_ENDS, Role
from bikeshare.local_times import LocalTimes
from bikeshare.places import position_texts
from bikeshare.reasons import Reason
from bikeshare.rows import Batch
from bikeshare.run_reader import RunReader
from bikeshare.texts import clean_id, clean_name
from bikeshare.trips import Trip
from bikeshare.utc import FUTURE_TOLERANCE, utc_text

_MAX_REMEMBERED: Final = 20_000
_KEY_DIGITS: Final = 32


class CleanTexts(dict[str, str]):
    """Cleaned ids or names, remembered because a file repeats a few thousand of them."""

    def __init__(self, clean: Callable[[str], str]) -> None:
        super().__init__()
        self._clean = clean

    def __missing__(self, written: str) -> str:
        clean = self._clean(written)
        if len(self) >= _MAX_REMEMBERED:
            self.clear()
        self[written] = clean
        return clean


class Positions(dict[tuple[str, str], tuple[str, str]]):
    """Cleaned positions, remembered because docks do not move."""

    def __missing__(self, written: tuple[str, str]) -> tuple[str, str]:
        position = position_texts(*written)
        if len(self) >= _MAX_REMEMBERED:
            self.clear()
        self[written] = position
        return position


class TripReader:
    """
    Reads the rows of one file; what it remembers of them makes the next row cheap.

    `first_event_at` and `last_event_at` span the events of all trips read so far, in the form
    of `bikeshare.utc`; "" before the first trip.
    """

    def __init__(self, layout: Layout, times: LocalTimes, *, received_at: datetime) -> None:
        index = {role: layout.index_of.get(role, ABSENT) for role in Role}
        self._layout = layout
        self._times = times
        self._latest = utc_text(received_at + FUTURE_TOLERANCE)
        self._trip_id = index[Role.TRIP_ID]
        self._bike_id = index[Role.BIKE_ID]
        self._has_ids = {self._trip_id, self._bike_id} != {ABSENT}
        self._started_at = index[Role.STARTED_AT]
        self._ended_at = index[Role.ENDED_AT]
        self._start, self._end = (tuple(index[role] for role in end) for end in ROLES_OF_ENDS)
        self._duration = index[Role.DURATION]
        self._runs = RunReader(layout, times, latest=self._latest)
        self._ids = CleanTexts(clean_id)
        self._names = CleanTexts(clean_name)
        self._positions = Positions()
        self.first_event_at = ""
        self.last_event_at = ""

    def read(self, fields: list[str]) -> Trip:
        """Turn a row's fields into a trip, or raise MalformedRowError; may extend the list."""
        if len(fields) != self._layout.column_count:
            detail = f"{len(fields)} columns; the header has {self._layout.column_count}"
            raise MalformedRowError(Reason.WRONG_COLUMNS, detail)
        for amendment in self._layout.amendments:
            amendment.extend(fields)
        # A role without a column is read from this last field, which ABSENT points at.
        fields.append("")
        try:
            started_at = self._times.utc(fields[self._started_at])
            if not started_at:
                _refuse(Reason.NO_START_TIME, "the row does not say when the trip began")
            ended_at = self._ended(fields, started_at)
        except ValueError as error:
            raise MalformedRowError(Reason.UNREADABLE_TIME, str(error)) from error
        if ended_at and ended_at < started_at:
            ended_at = self._later_end(fields[self._ended_at], started_at)
        if started_at > self._latest or ended_at > self._latest:
            _refuse(
                Reason.TIME_IN_FUTURE,
                f"{max(started_at, ended_at)} is after {self._latest}, a day after the file came",
            )
        trip = self._trip(fields, started_at, ended_at)
        self._saw(started_at, ended_at or started_at)
        return trip

    def read_run(self, run: Batch) -> list[str] | None:
        """
        Turn lines that are a row each into a record's rows, several times as fast as `read`.

        Return None if any of them is in any way out of the ordinary; `read` then finds what it is.
        """
        read = self._runs.read(run)
        if read is None:
            return None
        self._saw(read.first_event_at, read.last_event_at)
        return read.rows

    def _saw(self, first: str, last: str) -> None:
        self.first_event_at = min(self.first_event_at or first, first)
        self.last_event_at = max(self.last_event_at, last)

    def _ended(self, fields: list[str], started_at: str) -> str:
        if self._duration == ABSENT:
            return self._times.utc(fields[self._ended_at])
        return end_after(started_at, fields[self._duration], self._layout.format.duration_unit)

    def _later_end(self, written: str, started_at: str) -> str:
        """Read an end that precedes its start as the later of the times it can mean (T2)."""
        ended_at = self._times.later_utc(written)
        if ended_at < started_at:
            _refuse(Reason.END_BEFORE_START, f"ended {ended_at}, started {started_at}")
        return ended_at

    def _trip(self, fields: list[str], started_at: str, ended_at: str) -> Trip:
        ids, names, positions = self._ids, self._names, self._positions
        start_id, start_name, start_lat, start_lon = self._start
        end_id, end_name, end_lat, end_lon = self._end
        bike_id = ids[fields[self._bike_id]]
        trip_key = fields[self._trip_id]
        # Trip ids do not repeat within a file, so they are not remembered.
        trip_key = clean_id(trip_key) if trip_key else ""
        return Trip(
            trip_key or self._derived_key(fields, bike_id, started_at),
            bike_id,
            started_at,
            ended_at,
            ids[fields[start_id]],
            names[fields[start_name]],
            *positions[fields[start_lat], fields[start_lon]],
            ids[fields[end_id]],
            names[fields[end_name]],
            *positions[fields[end_lat], fields[end_lon]],
        )

    def _derived_key(self, fields: list[str], bike_id: str, started_at: str) -> str:
        if bike_id:
            return f"{bike_id}@{started_at}"
        if self._has_ids:
            _refuse(
                Reason.NO_TRIP_ID, "neither a trip id nor a bike id tells this trip from others"
            )
        # Trips of formats that publish neither are told apart by all that is published of them.
        content = "\n".join(fields[column].strip() for column in self._layout.by_name)
        return f"row:{hashlib.sha256(content.encode()).hexdigest()[:_KEY_DIGITS]}"


def _refuse(reason: Reason, detail: str) -> NoReturn:
    raise MalformedRowError(reason, detail)
