"""Parse numbers and times from the text of a URL, strictly."""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Final

# float() would also accept "nan", "infinity", "1_000" and digits of other scripts.
NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
INTEGER: Final = re.compile(r"[+-]?\d{1,15}", re.ASCII)
MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d)(:\d\d)?(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
MICROSECONDS: Final = 6
LEAP_SECOND: Final = ":60"
# All data is within these, so a time beyond them means the same as they do.
FIRST_DAY: Final = "1900-01-01"
EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
STEP: Final = (
    r"^([1-9]\d{0,2}|1[0-3]\d\d|14[0-3]\d|1440)m$|^([1-9]|1\d|2[0-4])h$|^1d$"
    # In the schema's dialect, \d matches the digits of every script.
).replace(r"\d", "[0-9]")
UNITS: Final = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


class UnreadableValueError(ValueError):
    """A text that is not a valid value of its parameter."""


def read_number(text: str, *, least: float, most: float) -> float:
    """Return a number in a range; raise UnreadableValueError for anything else."""
    value = float(text) if NUMBER.fullmatch(text) else math.nan
    if not least <= value <= most:
        raise UnreadableValueError
    return value


def read_moment(given: str) -> datetime:
    """Return a time; seconds are optional, and a space is a plus that URL decoding replaced."""
    written = MOMENT.fullmatch(given.replace(" ", "+"))
    if written is None:
        raise UnreadableValueError
    day, minute, second, fraction, zone = written.groups()
    is_leap = second == LEAP_SECOND
    exact = f"{':59' if is_leap else second or ':00'}.{(fraction or '')[:MICROSECONDS]:0<6}"
    try:
        read = datetime.fromisoformat(f"{day}T{minute}{exact}{zone.upper()}").astimezone(UTC)
        read += timedelta(seconds=is_leap)
    except OverflowError:
        return EARLIEST if day < FIRST_DAY else LATEST
    except ValueError as error:
        raise UnreadableValueError from error
    return min(max(read, EARLIEST), LATEST)


def read_step(given: str) -> timedelta:
    """Return a duration from a minute to a day; raise UnreadableValueError if it is none."""
    if re.fullmatch(STEP, given) is None:
        raise UnreadableValueError
    return int(given[:-1]) * UNITS[given[-1]]
