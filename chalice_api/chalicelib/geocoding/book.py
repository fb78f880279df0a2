"""The address book, which asks its cache, then the first service, then the second."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

from chalicelib.database import DatabaseUnavailableError
from chalicelib.geocoding.addresses import Address, Geocoder, GeocoderError, normalised
from chalicelib.geocoding.memory import KEPT_FOR, NOTHING_KEPT_FOR, Memory
from chalicelib.settings import Bounds

logger = logging.getLogger(__name__)

# A second query, beyond the area, must still end before a page gives up waiting.
LATEST_WIDER_S: Final = 4.5


class AddressBook:
    """Addresses from any of a few services, each asked at most once a second."""

    def __init__(
        self,
        geocoders: Sequence[Geocoder],
        memory: Memory,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._geocoders = geocoders
        self._memory = memory
        self._sleep = sleep

    @property
    def is_open(self) -> bool:
        """Return whether addresses are looked up here at all."""
        return bool(self._geocoders)

    def find(self, text: str, *, area: Bounds) -> list[Address]:
        """Return the places that an address may mean; raise GeocoderError if no service answers."""
        asked = normalised(text)
        found = self._memory.recall(asked)
        if found is None:
            found = self._ask_each(asked, area)
            self._keep(asked, found, area)
        return found

    def _ask_each(self, asked: str, area: Bounds) -> list[Address]:
        failed = GeocoderError("no service is configured")
        for geocoder in self._geocoders:
            try:
                return self._ask(geocoder, asked, area)
            except GeocoderError as error:
                # What was searched for is private and must not be logged.
                told = {"geocoder": geocoder.name, "reason": str(error)}
                logger.warning("geocoder failed", extra=told)
                failed = error
        raise failed

    def _ask(self, geocoder: Geocoder, asked: str, area: Bounds) -> list[Address]:
        """Search the area only; if that finds nothing, search anywhere."""
        began = time.monotonic()
        found = self._in_turn(geocoder, asked, area, bounded=True)
        if found or time.monotonic() - began > LATEST_WIDER_S:
            return found
        try:
            return self._in_turn(geocoder, asked, area, bounded=False)
        except GeocoderError:
            return []

    def _in_turn(
        self, geocoder: Geocoder, asked: str, area: Bounds, *, bounded: bool
    ) -> list[Address]:
        wait_s = self._memory.take_turn(geocoder.name)
        if wait_s is None:
            message = "too many are waiting, or it is left alone for a while"
            raise GeocoderError(message)
        self._sleep(wait_s)
        try:
            return geocoder.find(asked, area=area, bounded=bounded)
        except GeocoderError as error:
            self._memory.leave_alone(geocoder.name, seconds=error.rest_s)
            raise

    def _keep(self, asked: str, found: list[Address], area: Bounds) -> None:
        within = [place for place in found if area.contains(place.lat, place.lon)]
        kept_for = KEPT_FOR if within else NOTHING_KEPT_FOR
        # So that each suggestion leads to its own place, whatever a service makes of its name.
        own = {normalised(place.name): [place] for place in reversed(within)}
        try:
            self._memory.keep(list((own | {asked: found}).items()), kept_for=kept_for)
        except DatabaseUnavailableError as error:
            # The answer is good; it is just looked up again next time.
            logger.warning("what a geocoder found is not kept", extra={"reason": str(error)})
