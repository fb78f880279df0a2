"""Convert a file's local times to UTC (T2), at the speed of a lookup for all but new hours."""

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
    """The UTC hour of each local hour; KeyError for one that is not a whole hour of UTC."""

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
    """The six-decimal form of each fraction of a second; KeyError for anything else."""

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
    A way of writing times: the UTC hour of each hour, a pattern for what follows, and the rest.

    The UTC text is the looked-up hour, then what follows the hour as written, then `rest`.
    """

    hours: dict[str, str]
    behind_hour: str
    rest: str


class _Same(dict[str, str]):
    """Texts already in the required form, mapped to themselves; KeyError for any other."""

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
    Reads times of one system's clock; the same text always gives the same time.

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
        # What follows the first colon, after a one- or two-digit hour, with and without seconds.
        self._clocks = {time[1:]: tail for time, tail in self._tails.items()}
        self._clocks |= {time[1:3]: f"{time[:3]}:00.000000Z" for time in clock}
        self._fractions = _Fractions({"": ".000000Z"})
        self._utc_hours = _Same(_is_utc_hour)
        self._utc_fractions = _Same(_is_utc_fraction)
        self._whole: dict[str, str] = {}

    def utc(self, text: str) -> str:
        """Return the time as in `bikeshare.utc`, "" for none; raise ValueError if unreadable."""
        try:
            return (
                self._hours[text[:_HOUR_LENGTH]]
                + self._minutes[text[_HOUR_LENGTH:_SECOND_LENGTH]]
                + self._fractions[text[_SECOND_LENGTH:]]
            )
        except KeyError:
            return self._utc_by_colon(text)

    def clock(self, text: str) -> Clock | None:
        """Return how to read times that are written like this one, or None if it is not simple."""
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
        """Read a time that is already in our own form, as in prepared drops."""
        try:
            return (
                self._utc_hours[text[:_HOUR_LENGTH]]
                + self._minutes[text[_HOUR_LENGTH:_SECOND_LENGTH]]
                + self._utc_fractions[text[_SECOND_LENGTH:]]
            )
        except KeyError:
            return self._remembered(text)

    def later_utc(self, text: str) -> str:
        """Return the later of the two times that an ambiguous text can mean."""
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
