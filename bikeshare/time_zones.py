"""Time zones by their names in the IANA database."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_named(text: str) -> ZoneInfo:
    """Return the zone of that name; raise ValueError, which says what it must be, for no name."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        # `Europe` is a folder of the database, and opening it an OSError.
        message = "it must be the name of a time zone, such as America/New_York"
        raise ValueError(message) from error
