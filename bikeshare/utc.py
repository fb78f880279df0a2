"""The text form of a time on every wire: UTC, six decimals, so text order is time order."""

from datetime import UTC, datetime, timedelta
from typing import Final

# By then it is the year 1 in every time zone, before which neither Python nor JSON can go.
FIRST_MOMENT = "0001-01-02T00:00:00.000000Z"

# A time further ahead than this is not believed: publishers' clocks may differ from ours (T7).
FUTURE_TOLERANCE: Final = timedelta(days=1)


def utc_text(moment: datetime) -> str:
    """Write an aware time as `YYYY-MM-DDTHH:MM:SS.ffffffZ`."""
    if moment.tzinfo is None:
        message = "a time without an offset cannot be written as UTC"
        raise ValueError(message)
    naive = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{naive.isoformat(timespec='microseconds')}Z"


def from_utc_text(text: str) -> datetime:
    """Read what utc_text wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)


def from_utc_text_or_none(text: str | None) -> datetime | None:
    """Read a time that may be absent; an empty text is absent too."""
    return from_utc_text(text) if text else None
