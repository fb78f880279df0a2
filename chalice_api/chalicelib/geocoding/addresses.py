"""What an address is, and what every service that knows them must do."""

from typing import Any, Final, NamedTuple, Protocol

from bikeshare.errors import BikeshareError
from bikeshare.places import MAX_LAT, MAX_LON
from chalicelib.settings import Bounds

LONGEST_NAME: Final = 200
MOST_ADDRESSES: Final = 8
# A service that failed is left alone for a while; one that refused us, for longer.
REST_AFTER_FAILURE_S: Final = 5
REST_AFTER_REFUSAL_S: Final = 60


class Address(NamedTuple):
    """A place that a service knows."""

    lat: float
    lon: float
    name: str


class GeocoderError(BikeshareError):
    """A service did not answer, or not in a way that can be understood."""

    def __init__(self, message: str, *, rest_s: int = REST_AFTER_FAILURE_S) -> None:
        super().__init__(message)
        self.rest_s = rest_s


class Geocoder(Protocol):
    """One service."""

    @property
    def name(self) -> str:
        """Tell it from others, in logs and where turns are taken."""

    def find(self, text: str, *, area: Bounds, bounded: bool) -> list[Address]:
        """Give the best places first: only those in the area, or those near it before others."""


def address_of(lat: Any, lon: Any, name: Any) -> Address | None:  # noqa: ANN401 - a stranger's
    """Take what a service said only if it is a place on earth with a name that can be shown."""
    lat, lon = float(lat), float(lon)
    # Neither NaN nor infinity is within bounds, and geopy makes zeros of what is not said.
    if lat == lon == 0 or not (-MAX_LAT <= lat <= MAX_LAT and -MAX_LON <= lon <= MAX_LON):
        return None
    # Control characters, halves of letters and marks that turn text around are not printable.
    letters = "".join(letter if letter.isprintable() else " " for letter in str(name or ""))
    words = " ".join(letters[: 4 * LONGEST_NAME].split())
    return Address(lat, lon, words[:LONGEST_NAME].strip()) if words else None


def normalised(text: str) -> str:
    """Write alike what means the same, which is all that is kept of a search."""
    return " ".join(text.casefold().replace(",", " ").split())
