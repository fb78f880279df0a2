"""The settings that the publishing functions read from their environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from bikeshare.errors import SettingsError
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.overrides import chosen_formats
from bikeshare.formats.trip_format import TripFormat
from bikeshare.time_zones import zone_named
from lambdas.environment import required

DEFAULT_TIME_ZONE: Final = "America/New_York"


class KafkaSecurity(StrEnum):
    """How we sign in to the brokers: not at all locally, by IAM on MSK."""

    PLAINTEXT = "PLAINTEXT"
    IAM = "IAM"


@dataclass(frozen=True, kw_only=True)
class PublisherSettings:
    """Where the brokers are, and how the files of this system were written."""

    kafka_bootstrap: str
    kafka_security: KafkaSecurity
    time_zone: ZoneInfo
    aws_region: str | None
    formats: tuple[TripFormat, ...] = KNOWN_FORMATS

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "PublisherSettings":
        """Read the variables; raise SettingsError naming the one that is missing or wrong."""
        security = _security(required(env, "KAFKA_SECURITY"))
        region = env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION")
        if security is KafkaSecurity.IAM and not region:
            message = "AWS_REGION is not set: signing in to MSK by IAM needs the region"
            raise SettingsError(message)
        return cls(
            kafka_bootstrap=required(env, "KAFKA_BOOTSTRAP"),
            kafka_security=security,
            time_zone=zone_of(env),
            aws_region=region,
            formats=formats_of(env),
        )


def zone_of(env: Mapping[str, str]) -> ZoneInfo:
    """Read the system's time zone, or New York's; raise SettingsError if there is no such zone."""
    name = env.get("SYSTEM_TIME_ZONE") or DEFAULT_TIME_ZONE
    try:
        return zone_named(name)
    except ValueError as error:
        message = f"SYSTEM_TIME_ZONE is {name!r}: {error}"
        raise SettingsError(message) from error


def formats_of(env: Mapping[str, str]) -> tuple[TripFormat, ...]:
    """Read which formats the system's files have; raise SettingsError naming what is wrong."""
    overrides = env.get("TRIP_FORMAT_OVERRIDES", "")
    try:
        chosen_formats("", overrides, KNOWN_FORMATS)
    except ValueError as error:
        message = f"TRIP_FORMAT_OVERRIDES is {overrides!r}: {error}"
        raise SettingsError(message) from error
    names = env.get("TRIP_FORMATS", "")
    try:
        return tuple(chosen_formats(names, overrides, KNOWN_FORMATS))
    except ValueError as error:
        message = f"TRIP_FORMATS is {names!r}: {error}"
        raise SettingsError(message) from error


def _security(name: str) -> KafkaSecurity:
    try:
        return KafkaSecurity(name)
    except ValueError as error:
        known = " or ".join(KafkaSecurity)
        message = f"KAFKA_SECURITY is {name!r}; it must be {known}"
        raise SettingsError(message) from error
