"""From the local times of a file to UTC, at the speed of a look-up for all but new hours."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bikeshare.clocks import DateOrder, read_clock
from bikeshare.texts import is_none
from bikeshare.utc import FIRST_MOMENT, utc_text

_HOUR_LENGTH: Final = len("2021-02-03 23")
_MINUTE_LENGTH: Final = len("2021-02-03 23:11:28")
_WHOLE_LENGTH: Final = len("2021-02-03 23:11:28.123456")
_UTC_HOUR_LENGTH: Final = len("2021-02-03T23")
_MAX_REMEMBERED: Final = 100_000

_HOUR: Final = re.compile(
    r"\d{4}-\d\d-\d\d[ T]\d\d|\d{1,2}/\d{1,2}/(?:\d{4}|\d\d) \d{1,2}", re.ASCII
)
_UTC_HOUR: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d", re.ASCII)
_UTC_FRACTION: Final = re.compile(r"\.\d{6}Z", re.ASCII)
_FRACTION: Final = re.compile(r"\.\d{1,9}", re.ASCII)


class _Hours(dict[str, str]):
    """The hour of UTC that each local hour is; one that is not a whole hour of UTC is no key."""

    def __init__(self, zone: ZoneInfo, order: DateOrder) -> None:
        super().__init__()
        self._zone = zone
        self._order = order

    def __missing__(self, hour: str) -> str:
        if not _HOUR.fullmatch(hour):
            raise KeyError(hour)
        try:
            first = read_clock(f"{hour}:00", self._order).replace(tzinfo=self._zone)
            last = first + timedelta(minutes=59, seconds=59)
            offset = first.utcoffset() or timedelta()
            if offset != last.utcoffset() or offset % timedelta(hours=1):
                raise KeyError(hour)
            moment = utc_text(first)
            if moment < FIRST_MOMENT:
                raise KeyError(hour)
            self[hour] = moment[:_UTC_HOUR_LENGTH]
        except (ValueError, OverflowError) as error:
            raise KeyError(hour) from error
        return self[hour]


class _Fractions(dict[str, str]):
    """The six decimals that each fraction of a second is written with."""

    def __missing__(self, fraction: str) -> str:
        if not _FRACTION.fullmatch(fraction):
            raise KeyError(fraction)
        if len(self) >= _MAX_REMEMBERED:
            self.clear()
        self[""] = ".000000Z"
        self[fraction] = f".{fraction[1:7]:0<6}Z"
        return self[fraction]


def _are_clocks(texts: Sequence[str], length: int, start: int) -> bool:
    """
    Tell whether all texts are of one length and go on behind their hour as :MM:SS or :MM:SS.f do.

    Looks at the same place of all texts at once. The hour is left to its look-up.
    """
    stride = length + 2 * start
    if not _MINUTE_LENGTH <= length <= _WHOLE_LENGTH or set(map(len, texts)) != {stride}:
        return False
    together = "".join(texts)
    tens, units = (
        "".join(together[start + place :: stride] for place in places)
        for places in ((14, 17), (15, 18, *range(20, length)))
    )
    marks = "".join(together[start + place :: stride] for place in (13, 16))
    return (
        marks == ":" * len(marks)
        and (length == _MINUTE_LENGTH or together[start + 19 :: stride] == "." * len(texts))
        and length != _MINUTE_LENGTH + 1
        and not tens.strip("012345")
        and not units.strip("0123456789")
    )


class _Same(dict[str, str]):
    """Texts that are as they are to be; any other is no key."""

    def __init__(self, is_so: Callable[[str], bool]) -> None:
        super().__init__()
        self._is_so = is_so

    def __missing__(self, text: str) -> str:
        if not self._is_so(text):
            raise KeyError(text)
        if len(self) >= _MAX_REMEMBERED:
            self.clear()
        self[text] = text
        return text


def _is_utc_hour(text: str) -> bool:
    try:
        is_hour = _UTC_HOUR.fullmatch(text) and datetime.fromisoformat(text)
    except ValueError:
        return False
    return bool(is_hour) and text >= FIRST_MOMENT[:_HOUR_LENGTH]


def _is_utc_fraction(text: str) -> bool:
    return bool(_UTC_FRACTION.fullmatch(text))


class LocalTimes:
    """
    Reads times of one system's clock; the same text always gives the same moment.

    An ambiguous hour means its earlier offset, a skipped hour moves forward. Both are what
    `zoneinfo` does with `fold=0`.
    """

    def __init__(self, zone: ZoneInfo, order: DateOrder = DateOrder.MONTH_FIRST) -> None:
        self._zone = zone
        self._order = order
        self._hours = _Hours(zone, order)
        clock = [f":{minute:02}:{second:02}" for minute in range(60) for second in range(60)]
        self._minutes = dict(zip(clock, clock, strict=True))
        self._tails = {time: f"{time}.000000Z" for time in clock}
        # What follows the hour where it has one digit or two, with seconds and without.
        self._clocks = {time[1:]: tail for time, tail in self._tails.items()}
        self._clocks |= {time[1:3]: f"{time[:3]}:00.000000Z" for time in clock}
        self._fractions = _Fractions({"": ".000000Z"})
        self._utc_hours = _Same(_is_utc_hour)
        self._utc_fractions = _Same(_is_utc_fraction)
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
            return self._utc_by_colon(text)

    def utc_column(self, texts: Sequence[str], *, quoted: bool = False) -> list[str]:
        """Give the moments of many texts, all of them in quotes or none, as `utc` does for each."""
        start, end = (1, -1) if quoted else (0, None)
        length = len(texts[0]) - 2 * start
        if _are_clocks(texts, length, start):
            hours, at = self._hours, start + _HOUR_LENGTH
            zeros = "." * (length == _MINUTE_LENGTH) + "0" * (_WHOLE_LENGTH - max(length, 20)) + "Z"
            try:
                return [hours[text[start:at]] + text[at:end] + zeros for text in texts]
            except KeyError:
                pass
        plain = [text[start:end] for text in texts] if quoted else texts
        if plain[0].endswith("Z"):
            return list(map(self._utc_as_written, plain))
        return list(map(self._utc_by_colon if "/" in plain[0] else self.utc, plain))

    def _utc_as_written(self, text: str) -> str:
        """Take a time that is in our own form already, as in prepared drops."""
        try:
            return (
                self._utc_hours[text[:_HOUR_LENGTH]]
                + self._minutes[text[_HOUR_LENGTH:_MINUTE_LENGTH]]
                + self._utc_fractions[text[_MINUTE_LENGTH:]]
            )
        except KeyError:
            return self._remembered(text)

    def later_utc(self, text: str) -> str:
        """Give the later of the two moments that an ambiguous text can mean."""
        return self._moment(text.strip(), fold=1)

    def _utc_by_colon(self, text: str) -> str:
        if text.endswith("Z"):
            return self._utc_as_written(text)
        hour, _, clock = text.partition(":")
        try:
            return self._hours[hour] + self._clocks[clock]
        except KeyError:
            return self._remembered(text)

    def _remembered(self, text: str) -> str:
        moment = self._whole.get(text)
        if moment is None:
            stripped = text.strip()
            moment = "" if is_none(stripped) else self._moment(stripped, fold=0)
            if len(self._whole) >= _MAX_REMEMBERED:
                self._whole.clear()
            self._whole[text] = moment
        return moment

    def _moment(self, text: str, *, fold: int) -> str:
        clock = read_clock(text, self._order)
        if clock.tzinfo is None:
            clock = clock.replace(tzinfo=self._zone, fold=fold)
        message = f"{text!r} is outside the calendar"
        try:
            moment = utc_text(clock)
        except OverflowError as error:
            raise ValueError(message) from error
        if moment < FIRST_MOMENT:
            raise ValueError(message)
        return moment
