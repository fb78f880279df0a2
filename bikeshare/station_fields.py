"""The values in a station's JSON object, whichever version of GBFS wrote them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from bikeshare.errors import MalformedRowError
from bikeshare.places import position_texts
from bikeshare.reasons import Reason
from bikeshare.texts import clean_id, clean_name, clean_text, encodable
from bikeshare.utc import FUTURE_TOLERANCE, utc_text

# The id of the station itself comes first; the rest are other names of the same dock.
ALIAS_KEYS: Final = ("short_name", "legacy_id", "external_id")

# No station holds more; a greater number would not fit the database's integer either.
MAX_COUNT: Final = 1_000_000

# Feeds say 0 or 18001 (1970) for stations that never reported.
OLDEST_REPORT: Final = datetime(2000, 1, 1, tzinfo=UTC)

# Unix times from here on are milliseconds: in seconds they would be after the year 5000.
_FIRST_MILLISECONDS: Final = 100_000_000_000
# The end of the year 9999 in milliseconds; no feed is from before 1970.
_MAX_MILLISECONDS: Final = 253_402_300_799_999

StationObject = Mapping[str, Any]


def moment_of(value: object) -> datetime | None:
    """Read Unix seconds or milliseconds, or the RFC 3339 text of GBFS 3; None for anything else."""
    number = _number(value)
    if number is not None:
        if not 0 <= number <= _MAX_MILLISECONDS:
            return None
        seconds = number / 1000 if number >= _FIRST_MILLISECONDS else number
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=float(seconds))
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip().upper())
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def report_text(moment: datetime | None, feed_at: datetime) -> str | None:
    """Return when a station last reported as UTC text, or None if that is implausible."""
    if moment is None or not OLDEST_REPORT <= moment <= feed_at + FUTURE_TOLERANCE:
        return None
    return utc_text(moment)


def text_of(value: object) -> str | None:
    """Read a text, a number meant as one, or GBFS 3's list of one text per language."""
    if isinstance(value, list):
        texts = (each.get("text") for each in value if isinstance(each, dict))
        return next((text for text in map(_plain_text, texts) if text), None)
    return _plain_text(value)


def _plain_text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    return clean_text(encodable(str(value))) or None


def name_of(station: StationObject, key: str = "name") -> str | None:
    """Read what people call a station."""
    written = text_of(station.get(key))
    return clean_name(written) if written else None


def id_of(value: object) -> str | None:
    """Read an id, which may be written as a number."""
    written = text_of(value)
    return clean_id(written) if written else None


def station_id_of(station: StationObject, key: str = "station_id") -> str:
    """Read a station's id; raise MalformedRowError if it has none."""
    station_id = id_of(station.get(key))
    if station_id is None:
        raise MalformedRowError(Reason.NO_STATION_ID, f"the station has no {key}")
    return station_id


def alias_candidates(station: StationObject, station_id: str) -> set[str]:
    """Return the other ids that a station says it has (T10)."""
    texts = {id_of(station.get(key)) for key in ALIAS_KEYS}
    return {text for text in texts if text and text != station_id}


def count_of(station: StationObject, *keys: str) -> int | None:
    """Read the first count there is, None for none; raise MalformedRowError if it is unreadable."""
    for key in keys:
        value = station.get(key)
        if value in (None, ""):
            continue
        number = _number(value)
        # In this order: converting 1e1000000 to an integer takes a minute.
        if number is None or not 0 <= number <= MAX_COUNT or number != int(number):
            raise MalformedRowError(Reason.UNREADABLE_NUMBER, f"{key} is {str(value)[:50]!r}")
        return int(number)
    return None


def count_if_readable(station: StationObject, *keys: str) -> int | None:
    """Read a count that a station can do without: None if it is missing or unreadable."""
    try:
        return count_of(station, *keys)
    except MalformedRowError:
        return None


def flag_of(station: StationObject, key: str) -> bool | None:
    """Read GBFS 1's 0 and 1 and GBFS 2's false and true."""
    value = station.get(key)
    if isinstance(value, str):
        value = value.strip().lower()
    known = {0: False, 1: True, "0": False, "1": True, "false": False, "true": True}
    return known.get(value) if isinstance(value, (bool, int, str)) else None


def position_of(
    station: StationObject, lat_key: str = "lat", lon_key: str = "lon"
) -> tuple[float, float] | tuple[None, None]:
    """Read where a station is; (None, None) if it gives no possible position."""
    written = (text_of(station.get(key)) or "" for key in (lat_key, lon_key))
    lat, lon = position_texts(*written)
    return (float(lat), float(lon)) if lat else (None, None)


def json_number(number: Decimal) -> float | str:
    """Return a decimal number for JSON, as a text if a float would change it."""
    nearest = float(number)
    return nearest if str(nearest) == str(number) else str(number)


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,20}(\.\d{1,40})?\s*", value, re.ASCII):
        return Decimal(value.strip())
    return value if isinstance(value, Decimal) and value.is_finite() else None
