"""The ways in which published files write a date and a time of day."""

import re
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import Final

CENTURY: Final = 2000
NOON: Final = 12
MICROSECOND_DIGITS: Final = 6

# Unix times of this many digits lie between 2001 and 2286, so no date is mistaken for one.
_UNIX_DIGITS: Final = {10: 1, 13: 1_000}
_UNIX: Final = re.compile(r"(\d+)(?:\.0*)?", re.ASCII)

# Unicode's CLDR has had a narrow one before AM and PM since 2022, and so have Java and Node.
_NO_BREAK_SPACES: Final = str.maketrans("\u00a0\u202f", "  ")
_MONTHS_IN_YEAR: Final = 12

_TIME_OF_DAY: Final = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
    r"(?: ?(?P<offset>[Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?))?"
)
_YEAR_FIRST: Final = re.compile(
    r"(?P<year>\d{4})(?P<mark>[-/])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?:T| +)"
    + _TIME_OF_DAY,
    re.ASCII,
)
_YEAR_LAST: Final = re.compile(
    r"(?P<first>\d{1,2})/(?P<then>\d{1,2})/(?P<year>\d{4}|\d\d)(?:T| +)" + _TIME_OF_DAY,
    re.ASCII,
)
_NAMED_MONTH: Final = re.compile(
    r"(?P<year>\d{4}) (?P<month>[A-Za-z]{3}) (?P<day>\d{1,2}) +" + _TIME_OF_DAY, re.ASCII
)
# Daejeon writes 20130101060439, in some years as if it were a number with decimals.
_DIGITS_ONLY: Final = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)"
    r"(?:\.0*)?",
    re.ASCII,
)
_MONTHS: Final = "janfebmaraprmayjunjulaugsepoctnovdec"


class DateOrder(Enum):
    """Whether 2/1/2016 is in February or in January; a file cannot say, its format must."""

    MONTH_FIRST = "month first"
    DAY_FIRST = "day first"


def read_clock(text: str, order: DateOrder) -> datetime:
    """Read a time as its file wrote it: naive, or aware where the text has an offset."""
    text = text.translate(_NO_BREAK_SPACES)
    unix = _UNIX.fullmatch(text)
    divisor = _UNIX_DIGITS.get(len(unix[1])) if unix else None
    if unix and divisor:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
            milliseconds=int(unix[1]) * 1000 // divisor
        )
    found = (
        _YEAR_FIRST.fullmatch(text)
        or _YEAR_LAST.fullmatch(text)
        or _NAMED_MONTH.fullmatch(text)
        or _DIGITS_ONLY.fullmatch(text)
    )
    if found is None:
        message = f"{text!r} is in no known form of a time"
        raise ValueError(message)
    part = found.groupdict()
    year, month, day = _date(part, order)
    return datetime(
        year,
        month,
        day,
        _hour(int(part["hour"]), part.get("half")),
        int(part["minute"]),
        int(part["second"] or 0),
        int((part.get("fraction") or "0").ljust(MICROSECOND_DIGITS, "0")[:MICROSECOND_DIGITS]),
        tzinfo=_offset(part.get("offset")),
    )


def _date(part: dict[str, str], order: DateOrder) -> tuple[int, int, int]:
    year = int(part["year"])
    if "first" in part:
        first, second = int(part["first"]), int(part["then"])
        month, day = (first, second) if order is DateOrder.MONTH_FIRST else (second, first)
        if month > _MONTHS_IN_YEAR:
            message = (
                f"{month} is no month: these dates are read with the {order.value}; where they "
                "are not, say so in TRIP_FORMAT_OVERRIDES (docs/formats.md)"
            )
            raise ValueError(message)
        return (year + CENTURY if len(part["year"]) < len("2016") else year), month, day
    name = part["month"]
    if name.isdecimal():
        return year, int(name), int(part["day"])
    month, odd = divmod(_MONTHS.find(name.lower()), len("jan"))
    if odd or month < 0:
        message = f"{name!r} is no month"
        raise ValueError(message)
    return year, month + 1, int(part["day"])


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= NOON:
        message = f"{hour} is no hour of a twelve-hour clock"
        raise ValueError(message)
    return hour % NOON + (NOON if half in "Pp" else 0)


def _offset(written: str | None) -> timezone | None:
    if written is None:
        return None
    if written[0] not in "+-":
        return UTC
    digits = written.replace(":", "")
    size = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5] or 0))
    return timezone(-size if digits[0] == "-" else size)
