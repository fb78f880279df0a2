"""The settings of the system whose files are read, as its publishing functions read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from bikeshare.formats.trip_format import TripFormat
from lambdas.publish_trips.settings import part_lines_of
from lambdas.settings import formats_of, zone_of

NAMES: Final = ("SYSTEM_TIME_ZONE", "TRIP_FORMATS", "TRIP_FORMAT_OVERRIDES", "PART_LINES")


@dataclass(frozen=True, kw_only=True)
class SystemSettings:
    """How the system's files are read; `given` is what of it was set, for other processes."""

    time_zone: ZoneInfo
    formats: tuple[TripFormat, ...]
    given: Mapping[str, str]

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> "SystemSettings":
        """Read the variables; raise SettingsError naming one that is invalid."""
        part_lines_of(environment)
        return cls(
            time_zone=zone_of(environment),
            formats=formats_of(environment),
            given={name: environment[name] for name in NAMES if name in environment},
        )
