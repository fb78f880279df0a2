"""A station as a snapshot describes it: what it is, and how full it was."""

from dataclasses import dataclass
from enum import StrEnum


class Feed(StrEnum):
    """The two GBFS feeds a snapshot comes from, by their GBFS names."""

    INFORMATION = "station_information"
    STATUS = "station_status"


@dataclass(frozen=True, kw_only=True)
class StationInformation:
    """What a station is; its fields are in wire order."""

    station_id: str
    aliases: tuple[str, ...] = ()
    name: str | None = None
    lat: float | None = None
    lon: float | None = None
    capacity: int | None = None


@dataclass(frozen=True, kw_only=True)
class StationStatus:
    """How full a station was; its fields are in wire order."""

    station_id: str
    aliases: tuple[str, ...] = ()
    num_bikes_available: int | None = None
    num_ebikes_available: int | None = None
    num_bikes_disabled: int | None = None
    num_docks_available: int | None = None
    num_docks_disabled: int | None = None
    is_installed: bool | None = None
    is_renting: bool | None = None
    is_returning: bool | None = None
    last_reported: str | None = None


Station = StationInformation | StationStatus
