"""The station feed that Citi Bike had before GBFS: `executionTime` and a `stationBeanList`."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bikeshare.clocks import DateOrder, read_clock
from bikeshare.station_fields import (
    StationObject,
    alias_candidates,
    count_if_readable,
    count_of,
    name_of,
    position_of,
    report_text,
    station_id_of,
    text_of,
)
from bikeshare.stations import StationInformation, StationStatus

IN_SERVICE = "In Service"
PLANNED = "Planned"


def bean_moment(written: object, zone: ZoneInfo) -> datetime | None:
    """Read `2015-05-14 08:00:22 PM` on the system's clock."""
    if not isinstance(written, str):
        return None
    try:
        clock = read_clock(written.strip(), DateOrder.MONTH_FIRST)
    except ValueError:
        return None
    return clock if clock.tzinfo else clock.replace(tzinfo=zone)


def bean_information(station: StationObject) -> StationInformation:
    """Read what a station is."""
    station_id = station_id_of(station, "id")
    lat, lon = position_of(station, "latitude", "longitude")
    return StationInformation(
        station_id=station_id,
        aliases=tuple(alias_candidates(station, station_id)),
        name=name_of(station, "stationName"),
        lat=lat,
        lon=lon,
        capacity=count_if_readable(station, "totalDocks"),
    )


def bean_status(station: StationObject, feed_at: datetime, zone: ZoneInfo) -> StationStatus:
    """Read how full a station was; the list does not say how many docks were broken."""
    station_id = station_id_of(station, "id")
    state = text_of(station.get("statusValue"))
    open_ = None if state is None else state == IN_SERVICE
    return StationStatus(
        station_id=station_id,
        aliases=tuple(alias_candidates(station, station_id)),
        num_bikes_available=count_of(station, "availableBikes"),
        num_docks_available=count_if_readable(station, "availableDocks"),
        is_installed=None if state is None else state != PLANNED,
        is_renting=open_,
        is_returning=open_,
        last_reported=report_text(bean_moment(station.get("lastCommunicationTime"), zone), feed_at),
    )
