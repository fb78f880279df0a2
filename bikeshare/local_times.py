"""From the local times of a file to UTC, at the speed of a look-up for all but new hours."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bikeshare.clocks import DateOrder, read_clock
from bikeshare.texts import is_none
from bikeshare.utc import utc_text

_HOUR_LENGTH: Final = len("2021-02-03 23")
_MINUTE_LENGTH: Final = len("2021-02-03 23:11:28")
_UTC_HOUR_LENGTH: Final = len("2021-02-03T23")
_MAX_REMEMBERED: Final = 100_000


class LocalTimes:
    """
    Reads times of one system's clock; the same text always gives the same moment.

    An ambiguous hour means its earlier offset, a skipped hour moves forward. Both are what
    `zoneinfo` does with `fold=0`.
    """

    def __init__(self, zone: ZoneInfo, order: DateOrder = DateOrder.MONTH_FIRST) -> None:
        self._zone = zone
        self._order = order
        self._hours: dict[str, str] = {}
        self._minutes = {
            f":{minute:02}:{second:02}": f":{minute:02}:{second:02}"
            for minute in range(60)
            for second in range(60)
        }
        self._fractions = {"": ".000000Z"}
        self._whole: dict[str, str] = {}

    def utc(self, text: str) -> str:
        """Give the moment in the form of `bikeshare.utc`, or "" where the text means no time."""
        try:
            return (
                self._hours[text[:_HOUR_LENGTH]]
                + self._minutes[text[_HOUR_LENGTH:_MINUTE_LENGTH]]
                + self._fractions[text[_MINUTE_LENGTH:]]
            )
        except KeyError:
            return self._remembered(text)

    def later_utc(self, text: str) -> str:
        """Give the later of the two moments that an ambiguous text can mean."""
        return self._moment(text.strip(), fold=1)

    def _remembered(self, text: str) -> str:
        moment = self._whole.get(text)
        if moment is None:
            moment = self._first_seen(text)
            if len(self._whole) >= _MAX_REMEMBERED:
                self._whole.clear()
            self._whole[text] = moment
        return moment

    def _first_seen(self, text: str) -> str:
        stripped = text.strip()
        if is_none(stripped):
            return ""
        moment = self._moment(stripped, fold=0)
        self._remember_parts(text, moment)
        return moment

    def _moment(self, text: str, *, fold: int) -> str:
        clock = read_clock(text, self._order)
        if clock.tzinfo is None:
            clock = clock.replace(tzinfo=self._zone, fold=fold)
        try:
            return utc_text(clock)
        except OverflowError as error:
            message = f"{text!r} is outside the calendar"
            raise ValueError(message) from error

    def _remember_parts(self, text: str, moment: str) -> None:
        """Keep what is shared with other times: the hour, and the decimals of the second."""
        hour, minute = text[:_HOUR_LENGTH], text[_HOUR_LENGTH:_MINUTE_LENGTH]
        if text[4] != "-" or minute not in self._minutes or not hour[-2:].isdecimal():
            return
        decimals = text[_MINUTE_LENGTH:]
        if not decimals or (decimals[0] == "." and decimals[1:].isdecimal()):
            if len(self._fractions) < _MAX_REMEMBERED:
                self._fractions[decimals] = moment[-len(".000000Z") :]
            if self._shifts_by_whole_hours(hour):
                self._hours[hour] = moment[:_UTC_HOUR_LENGTH]

    def _shifts_by_whole_hours(self, hour: str) -> bool:
        """Tell whether every moment of a local hour lies in one hour of UTC."""
        first = datetime.fromisoformat(f"{hour}:00:00").replace(tzinfo=self._zone)
        last = first + timedelta(minutes=59, seconds=59)
        offset = first.utcoffset() or timedelta()
        return offset == last.utcoffset() and not offset % timedelta(hours=1)
