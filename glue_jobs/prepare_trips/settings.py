"""The arguments of the batch job: the same names locally, on Glue and on EMR Serverless."""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bikeshare.drops import Lane
from bikeshare.errors import SettingsError
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.citibike import WITH_RIDE_IDS
from bikeshare.formats.overrides import chosen_formats
from bikeshare.formats.trip_format import TripFormat
from bikeshare.time_zones import zone_named

OUTPUT_FORMAT: Final = WITH_RIDE_IDS.name
DAY_S: Final = 24 * 60 * 60
SECONDS_OF: Final = {"m": 60, "h": 60 * 60, "d": DAY_S}
MIB: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Settings:
    """
    Where to read, where to write, and how to slice.

    `asked` holds the options for reading as given: formats, overrides, when the files arrived.
    """

    inputs: tuple[str, ...]
    output: str
    lane: Lane
    slice_s: int
    open_rows: bool
    zone: ZoneInfo
    formats: tuple[TripFormat, ...]
    received_at: datetime
    asked: tuple[str, ...]
    part_bytes: int
    rows_per_drop: int

    @classmethod
    def from_arguments(cls, arguments: Sequence[str], *, now: datetime) -> "Settings":
        """Read `--name value` pairs; those that Glue adds are ignored."""
        given, _ = _parser().parse_known_args(list(arguments))
        return cls(
            inputs=tuple(_address(url) for url in given.inputs.split(",") if url),
            output=_address(given.output).rstrip("/"),
            lane=Lane(given.lane),
            slice_s=slice_seconds(given.slice),
            open_rows=given.open_rows == "true",
            zone=_zone(given.time_zone),
            formats=_formats(given.trip_formats, given.trip_format_overrides),
            received_at=_moment(given.received_at) if given.received_at else now,
            asked=(given.trip_formats, given.trip_format_overrides, given.received_at),
            part_bytes=given.part_mib * MIB,
            rows_per_drop=given.rows_per_drop,
        )


def slice_seconds(text: str) -> int:
    """Read a slice's length in seconds; it divides a day, so that slices start alike every day."""
    found = re.fullmatch(r"([1-9]\d{0,4})([mhd])", text)
    seconds = int(found[1]) * SECONDS_OF[found[2]] if found else 0
    if not seconds or DAY_S % seconds:
        message = f"slice is {text!r}: give minutes, hours or a day that divide a day: 15m, 1h, 1d"
        raise SettingsError(message)
    return seconds


def _address(url: str) -> str:
    parts = urlsplit(url.strip())
    if parts.scheme not in ("s3", "file"):
        message = f"{url!r} is no place to read or write: it begins with s3:// or file:///"
        raise SettingsError(message)
    return url.strip()


def _zone(name: str) -> ZoneInfo:
    try:
        return zone_named(name)
    except ValueError as error:
        message = f"time_zone is {name!r}: {error}"
        raise SettingsError(message) from error


def _formats(names: str, overrides: str) -> tuple[TripFormat, ...]:
    try:
        formats = tuple(chosen_formats(names, overrides, KNOWN_FORMATS))
    except ValueError as error:
        message = f"trip_formats is {names!r}, trip_format_overrides is {overrides!r}: {error}"
        raise SettingsError(message) from error
    # Whoever publishes the drops reads them with the same settings.
    if not any(each.name == OUTPUT_FORMAT and each.encoding == "utf-8" for each in formats):
        message = (
            f"drops are written as {OUTPUT_FORMAT} in UTF-8, which trip_formats and "
            "trip_format_overrides must leave as it is"
        )
        raise SettingsError(message)
    return formats


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"received_at is {text!r}: give a time such as 2019-02-01T00:00:00Z"
        raise SettingsError(message) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="prepare_trips", allow_abbrev=False)
    text = "s3:// or file:// URLs with a comma between them; one that ends in / is all below it"
    parser.add_argument("--inputs", required=True, help=text)
    parser.add_argument("--output", required=True, help="s3://bucket or file:///folder")
    parser.add_argument("--lane", choices=(Lane.LIVE.value, Lane.BACKFILL.value), required=True)
    parser.add_argument("--slice", default="1h", help="15m, 1h, 1d")
    text = "tell a trip twice: open when it starts, whole when it ends"
    parser.add_argument("--open_rows", choices=("true", "false"), default="false", help=text)
    parser.add_argument("--time_zone", required=True, help="of times without an offset")
    text = "which formats the files may be of, with commas between (all)"
    parser.add_argument("--trip_formats", default="", help=text)
    text = "what they do otherwise, as JSON: docs/formats.md"
    parser.add_argument("--trip_format_overrides", default="", help=text)
    text = "when the files came, for the rule about times in the future (now)"
    parser.add_argument("--received_at", default="", help=text)
    parser.add_argument("--part_mib", type=int, default=32, help="how much one task reads")
    parser.add_argument("--rows_per_drop", type=int, default=50_000, help="more make two drops")
    return parser
