"""How long a ride took, for the formats that do not say when it ended."""

import re
from datetime import timedelta
from typing import Final

from bikeshare.errors import MalformedRowError
from bikeshare.reasons import Reason
from bikeshare.texts import is_none
from bikeshare.utc import from_utc_text, utc_text

_NUMBER: Final = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?", re.ASCII)


def end_after(started_at: str, written: str, unit: timedelta) -> str:
    """Add a duration to a time in the form of `bikeshare.utc`; "" if there is no duration."""
    stripped = written.strip()
    if is_none(stripped):
        return ""
    # A spreadsheet writes 1,440 minutes with a comma.
    number = stripped.replace(",", "")
    if not _NUMBER.fullmatch(number):
        message = f"{stripped!r} is no duration"
        raise ValueError(message)
    if number.startswith("-"):
        raise MalformedRowError(Reason.END_BEFORE_START, f"the ride took {stripped}")
    try:
        return utc_text(from_utc_text(started_at) + float(number) * unit)
    except OverflowError as error:
        message = f"{stripped!r} after {started_at} is outside the calendar"
        raise ValueError(message) from error
