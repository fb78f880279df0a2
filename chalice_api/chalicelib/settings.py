"""Everything about the API that differs between deployments, read once from the environment."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from bikeshare.errors import SettingsError
from bikeshare.places import BLOCK_M, MAX_LAT, MAX_LON
from bikeshare.time_zones import zone_named
from chalicelib.gbfs.facts import SystemFacts, checked_address
from chalicelib.geocoding.settings import GeocoderSettings, geocoders_from_env

OPENSTREETMAP_TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
OPENSTREETMAP_ATTRIBUTION = "© OpenStreetMap contributors"

LONGEST_REFRESH_S = 60.0


@dataclass(frozen=True, kw_only=True)
class PasswordlessDatabase:
    """A database on AWS, reached with a short-lived IAM token over verified TLS."""

    host: str
    port: int
    name: str
    user: str


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """A box in degrees."""

    west: float
    south: float
    east: float
    north: float

    def contains(self, lat: float, lon: float) -> bool:
        """Return whether a place is in the box; if west > east, the box spans the date line."""
        if not self.south <= lat <= self.north:
            return False
        if self.west <= self.east:
            return self.west <= lon <= self.east
        return lon >= self.west or lon <= self.east


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One deployment: one system in one city."""

    database: str | PasswordlessDatabase
    system_id: str = "citibike_nyc"
    system_name: str = "Citi Bike"
    time_zone: str = "America/New_York"
    map_center: tuple[float, float] | None = None
    map_bounds: Bounds | None = None
    map_tiles_url: str = OPENSTREETMAP_TILES
    map_tiles_attribution: str = OPENSTREETMAP_ATTRIBUTION
    block_m: float = BLOCK_M
    refresh_s: float = 0.5
    geocoders: tuple[GeocoderSettings, ...] = ()
    # The public address of this service; by default, the one each request was sent to.
    public_url: str | None = None
    facts: SystemFacts = field(default_factory=SystemFacts)

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the variables; raise SettingsError naming one that is invalid."""
        read = _Reader(environment)
        system_id = read.text("SYSTEM_ID", cls.system_id)
        return cls(
            database=_database(read),
            system_id=system_id,
            system_name=read.text("SYSTEM_NAME", cls.system_name),
            time_zone=_time_zone(read.text("SYSTEM_TIME_ZONE", cls.time_zone)),
            map_center=_center(read),
            map_bounds=_bounds(read),
            # An empty URL is valid: no tiles, a plain background.
            map_tiles_url=_tiles_url(environment.get("MAP_TILES_URL", cls.map_tiles_url)),
            map_tiles_attribution=environment.get(
                "MAP_TILES_ATTRIBUTION", cls.map_tiles_attribution
            ),
            block_m=_block_m(read),
            refresh_s=_refresh_s(read),
            geocoders=geocoders_from_env(environment),
            public_url=_public_url(read.text("PUBLIC_URL", "")),
            facts=SystemFacts.from_env(environment, system_id=system_id),
        )


@dataclass(frozen=True)
class _Reader:
    environment: Mapping[str, str]

    def required(self, name: str) -> str:
        value = self.environment.get(name, "").strip()
        if not value:
            message = f"{name} is not set"
            raise SettingsError(message)
        return value

    def text(self, name: str, default: str) -> str:
        return self.environment.get(name, "").strip() or default

    def numbers(self, name: str, form: str) -> list[float] | None:
        """Return comma-separated numbers, as many as `form` names; None if not set."""
        value = self.environment.get(name, "").strip()
        if not value:
            return None
        try:
            numbers = [float(part) for part in value.split(",")]
        except ValueError as error:
            message = f"{name} is {value!r}: it must be numbers, as {form}"
            raise SettingsError(message) from error
        if len(numbers) != len(form.split(",")) or not all(map(math.isfinite, numbers)):
            message = f"{name} is {value!r}: it must be {form}"
            raise SettingsError(message)
        return numbers


def _database(read: _Reader) -> str | PasswordlessDatabase:
    if read.environment.get("DATABASE_AUTH", "") == "iam":
        port = read.text("DATABASE_PORT", "5432")
        if not port.isdecimal():
            message = f"DATABASE_PORT is {port!r}: it must be a port number"
            raise SettingsError(message)
        return PasswordlessDatabase(
            host=read.required("DATABASE_HOST"),
            port=int(port),
            name=read.text("DATABASE_NAME", "bikeshare"),
            user=read.text("DATABASE_USER", "bikeshare_api"),
        )
    return read.required("DATABASE_URL")


def _time_zone(name: str) -> str:
    try:
        return zone_named(name).key
    except ValueError as error:
        message = f"SYSTEM_TIME_ZONE is {name!r}: {error}"
        raise SettingsError(message) from error


def _center(read: _Reader) -> tuple[float, float] | None:
    numbers = read.numbers("MAP_CENTER", "lat,lon")
    if numbers is None:
        return None
    lat, lon = numbers
    if abs(lat) > MAX_LAT or abs(lon) > MAX_LON:
        message = f"MAP_CENTER is {lat},{lon}: no such place; it is lat,lon"
        raise SettingsError(message)
    return lat, lon


def _bounds(read: _Reader) -> Bounds | None:
    numbers = read.numbers("MAP_BOUNDS", "west,south,east,north")
    if numbers is None:
        return None
    west, south, east, north = numbers
    if not (-MAX_LAT <= south < north <= MAX_LAT and abs(west) <= MAX_LON and abs(east) <= MAX_LON):
        message = "MAP_BOUNDS must be west,south,east,north in degrees, south below north"
        raise SettingsError(message)
    return Bounds(west=west, south=south, east=east, north=north)


def _tiles_url(address: str) -> str:
    address = address.strip()
    if address and not address.startswith(("https://", "http://", "/")):
        message = f"MAP_TILES_URL is {address!r}: it must be a web address with {{z}}, {{x}}, {{y}}"
        raise SettingsError(message)
    return address


def _block_m(read: _Reader) -> float:
    numbers = read.numbers("BLOCK_M", "metres")
    if numbers is None:
        return Settings.block_m
    if numbers[0] <= 0:
        message = f"BLOCK_M is {numbers[0]}: a block is longer than that"
        raise SettingsError(message)
    return numbers[0]


def _refresh_s(read: _Reader) -> float:
    numbers = read.numbers("REFRESH_S", "seconds")
    if numbers is None:
        return Settings.refresh_s
    if not 0 <= numbers[0] <= LONGEST_REFRESH_S:
        message = f"REFRESH_S is {numbers[0]}: it must be from 0 to {LONGEST_REFRESH_S:g} seconds"
        raise SettingsError(message)
    return numbers[0]


def _public_url(text: str) -> str | None:
    return checked_address("PUBLIC_URL", text).rstrip("/") if text else None
