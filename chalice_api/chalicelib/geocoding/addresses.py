"""What an address is, and the protocol of the services that look them up."""

from typing import Any, Final, NamedTuple, Protocol

from bikeshare.errors import BikeshareError
from bikeshare.places import MAX_LAT, MAX_LON
from chalicelib.settings import Bounds

LONGEST_NAME: Final = 200
MOST_ADDRESSES: Final = 8
# A service that failed is left alone for a while, one that refused us for longer.
REST_AFTER_FAILURE_S: Final = 5
REST_AFTER_REFUSAL_S: Final = 60


class Address(NamedTuple):
    """A place that a service knows."""

    lat: float
    lon: float
    name: str


class GeocoderError(BikeshareError):
    """A service did not answer, or not in a way that can be parsed."""

    def __init__(self, message: str, *, rest_s: int = REST_AFTER_FAILURE_S) -> None:
        super().__init__(message)
        self.rest_s = rest_s


class Geocoder(Protocol):
    """One service."""

    @property
    def name(self) -> str:
        """Its name, in logs and for taking turns."""

    def find(self, text: str, *, area: Bounds, bounded: bool) -> list[Address]:
        """Return places, best first: if `bounded`, those in the area; else, those near it first."""


def address_of(lat: Any, lon: Any, name: Any) -> Address | None:  # noqa: ANN401 - a stranger's
    """Return an address if it is a place on earth with a printable name; otherwise None."""
    lat, lon = float(lat), float(lon)
    # Neither NaN nor infinity is within bounds, and geopy turns missing values into zeros.
    if lat == lon == 0 or not (-MAX_LAT <= lat <= MAX_LAT and -MAX_LON <= lon <= MAX_LON):
        return None
    # Control characters, lone surrogates and bidirectional marks are not printable.
    letters = "".join(letter if letter.isprintable() else " " for letter in str(name or ""))
    words = " ".join(letters[: 4 * LONGEST_NAME].split())
    return Address(lat, lon, words[:LONGEST_NAME].strip()) if words else None


def normalised(text: str) -> str:
    """Normalise equivalent searches to one text, the only part of a search that is stored."""
    return " ".join(text.casefold().replace(",", " ").split())
