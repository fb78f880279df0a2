"""From the local times of a file to UTC, at the speed of a look-up for all but new hours."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bikeshare.clocks import DateOrder, read_clock
from bikeshare.texts import is_none
from bikeshare.utc import FIRST_MOMENT, utc_text

_HOUR_LENGTH: Final = len("2021-02-03 23")
_SECOND_LENGTH: Final = len("2021-02-03 23:11:28")
_UTC_HOUR_LENGTH: Final = len("2021-02-03T23")
_MAX_REMEMBERED: Final = 100_000

_HOUR: Final = re.compile(
    r"\d{4}-\d\d-\d\d[ T]\d\d|\d{1,2}/\d{1,2}/(?:\d{4}|\d\d) \d{1,2}", re.ASCII
)
_UTC_HOUR: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d", re.ASCII)
_UTC_FRACTION: Final = re.compile(r"\.\d{6}Z", re.ASCII)
_FRACTION: Final = re.compile(r"\.\d{1,9}", re.ASCII)
_CLOCK: Final = re.compile(
    r"[^:]+:\d\d(?P<second>:\d\d(?P<fraction>\.\d{1,6})?)?(?P<utc>Z)?", re.ASCII
)


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


@dataclass(frozen=True, slots=True)
class Clock:
    """
    A way in which times are written: an hour, what follows it as a pattern, and what is missing.

    The moment is the hour of UTC, what follows the hour as it stands, and the rest.
    """

    hours: dict[str, str]
    behind_hour: str
    rest: str


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
                + self._minutes[text[_HOUR_LENGTH:_SECOND_LENGTH]]
                + self._fractions[text[_SECOND_LENGTH:]]
            )
        except KeyError:
            return self._utc_by_colon(text)

    def clock(self, text: str) -> Clock | None:
        """Tell how to read times that are written as this one is, where that is a plain way."""
        found = _CLOCK.fullmatch(text)
        if not found:
            return None
        fraction, utc = found["fraction"] or "", found["utc"] or ""
        if utc and len(fraction) != len(".123456"):
            return None
        seconds = r":[0-5][0-9]" * (1 + bool(found["second"]))
        digits = len(fraction.removeprefix("."))
        decimals = rf"\.[0-9]{{{digits}}}" if fraction else ""
        missing = (
            ("" if found["second"] else ":00") + ("" if fraction else ".") + "0" * (6 - digits)
        )
        return Clock(
            hours=self._utc_hours if utc else self._hours,
            behind_hour=f"{seconds}{decimals}{utc}",
            rest="" if utc else f"{missing}Z",
        )

    def _utc_as_written(self, text: str) -> str:
        """Take a time that is in our own form already, as in prepared drops."""
        try:
            return (
                self._utc_hours[text[:_HOUR_LENGTH]]
                + self._minutes[text[_HOUR_LENGTH:_SECOND_LENGTH]]
                + self._utc_fractions[text[_SECOND_LENGTH:]]
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
