"""The services that geopy supports, behind one protocol; its geocoders load on first use."""

import logging
from collections.abc import Callable
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit

from chalicelib.geocoding.addresses import (
    MOST_ADDRESSES,
    REST_AFTER_FAILURE_S,
    REST_AFTER_REFUSAL_S,
    Address,
    GeocoderError,
    address_of,
)
from chalicelib.geocoding.settings import GeocoderSettings, Provider
from chalicelib.settings import Bounds

TIMEOUT_S: Final = 3.0
# What parsing untrusted JSON can raise if a part is missing or of another type.
MALFORMED: Final = (ValueError, TypeError, LookupError, AttributeError, OverflowError)

Ask = Callable[[str, Bounds, bool], Any]


class GeopyGeocoder:
    """One service, asked through geopy."""

    def __init__(self, settings: GeocoderSettings) -> None:
        self.name = settings.name
        self._settings = settings

    @cached_property
    def _ask(self) -> Ask:
        # geopy logs what is searched for.
        logging.getLogger("geopy").setLevel(logging.CRITICAL)
        return ASKED_BY[self._settings.provider](self._settings)

    def find(self, text: str, *, area: Bounds, bounded: bool) -> list[Address]:
        """Ask the service; raise GeocoderError for anything that goes wrong on its side."""
        from geopy.exc import (
            GeocoderInsufficientPrivileges,
            GeocoderQuotaExceeded,
            GeopyError,
        )

        try:
            locations = self._ask(text, area, bounded) or []
            places = (address_of(at.latitude, at.longitude, at.address) for at in locations)
            return [place for place in places if place is not None][:MOST_ADDRESSES]
        except GeopyError as error:
            is_refusal = isinstance(error, GeocoderQuotaExceeded | GeocoderInsufficientPrivileges)
            rest_s = REST_AFTER_REFUSAL_S if is_refusal else REST_AFTER_FAILURE_S
            raise GeocoderError(type(error).__name__, rest_s=rest_s) from error
        except MALFORMED as error:
            message = "the answer is malformed"
            raise GeocoderError(message) from error


def nominatim(settings: GeocoderSettings) -> Ask:
    """Return a client of a Nominatim-compatible service, with our own user agent."""
    from geopy.geocoders import Nominatim

    service = Nominatim(**_reached(settings))

    def ask(text: str, area: Bounds, bounded: bool) -> Any:  # noqa: ANN401, FBT001 - geopy's
        box = ((area.south, area.west), (area.north, area.east))
        return service.geocode(
            text, exactly_one=False, limit=MOST_ADDRESSES, viewbox=box, bounded=bounded
        )

    return ask


def pelias(settings: GeocoderSettings) -> Ask:
    """Return a client of a Pelias service."""
    from geopy.geocoders import Pelias

    service = Pelias(api_key=settings.key or None, **_reached(settings))

    def ask(text: str, area: Bounds, bounded: bool) -> Any:  # noqa: ANN401, FBT001 - geopy's
        box = ((area.south, area.west), (area.north, area.east))
        return service.geocode(text, exactly_one=False, boundary_rect=box if bounded else None)

    return ask


def amazon(settings: GeocoderSettings) -> Ask:
    """Return a client of Amazon Location."""
    from chalicelib.geocoding.amazon import AmazonLocation

    service = AmazonLocation(endpoint_url=settings.url or None, timeout=TIMEOUT_S)

    def ask(text: str, area: Bounds, bounded: bool) -> Any:  # noqa: ANN401, FBT001 - geopy's
        if bounded:
            box = (area.west, area.south, area.east, area.north)
            return service.geocode(text, bounding_box=box, limit=MOST_ADDRESSES)
        return service.geocode(text, bias=(area.west, area.south), limit=MOST_ADDRESSES)

    return ask


def _reached(settings: GeocoderSettings) -> dict[str, Any]:
    from chalicelib.geocoding.wire import BoundedAdapter

    parts = urlsplit(settings.url)
    return {
        "domain": f"{parts.netloc}{parts.path}",
        "scheme": parts.scheme,
        "timeout": TIMEOUT_S,
        "user_agent": settings.user_agent,
        "adapter_factory": BoundedAdapter,
    }


ASKED_BY: Final[dict[Provider, Callable[[GeocoderSettings], Ask]]] = {
    Provider.NOMINATIM: nominatim,
    Provider.PELIAS: pelias,
    Provider.AMAZON: amazon,
}
