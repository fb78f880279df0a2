"""What a trip-file format is: a name, and which of its columns says what about a ride."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from bikeshare.clocks import DateOrder
from bikeshare.formats.amendments import Amendment


class Role(StrEnum):
    """What a column says about a ride."""

    TRIP_ID = "trip_id"
    BIKE_ID = "bike_id"
    STARTED_AT = "started_at"
    ENDED_AT = "ended_at"
    START_STATION_ID = "start_station_id"
    START_STATION_NAME = "start_station_name"
    START_LAT = "start_lat"
    START_LON = "start_lon"
    END_STATION_ID = "end_station_id"
    END_STATION_NAME = "end_station_name"
    END_LAT = "end_lat"
    END_LON = "end_lon"
    # How long a ride took, in the format's `duration_unit`: read only where no column says its end.
    DURATION = "duration"


# Where a ride began and where it ended: id, name, latitude and longitude of each.
ROLES_OF_ENDS: Final = (
    (Role.START_STATION_ID, Role.START_STATION_NAME, Role.START_LAT, Role.START_LON),
    (Role.END_STATION_ID, Role.END_STATION_NAME, Role.END_LAT, Role.END_LON),
)

Columns = Mapping[Role, str | tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class TripFormat:
    """
    One way in which trips were published.

    `columns` are needed for a header to match this format; `optional` ones are read if present.
    A tuple of names lists the spellings found in published files. Columns named in neither are
    ignored. `time_zone` is for a format whose times are not on its system's clock.
    """

    name: str
    title: str
    header: str
    columns: Columns
    optional: Columns = field(default_factory=dict)
    encoding: str = "utf-8"
    date_order: DateOrder = DateOrder.MONTH_FIRST
    duration_unit: timedelta = timedelta(seconds=1)
    time_zone: ZoneInfo | None = None
    amendments: tuple[Amendment, ...] = ()


def normal_name(column: str) -> str:
    """Reduce a column's name to its letters and digits, so that spellings of one name agree."""
    decomposed = unicodedata.normalize("NFKD", column)
    unmarked = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return re.sub(r"[\W_]+", "", unmarked.casefold())
