"""Resolve an address, by geocoding services, to one place on the map, or to why not."""

from typing import Final

from bikeshare.places import distance_m
from chalicelib.database import DatabaseUnavailableError
from chalicelib.geocoding.addresses import Address, GeocoderError, normalised
from chalicelib.geocoding.book import AddressBook
from chalicelib.search.finder import (
    SAME_PLACE_M,
    SUGGESTIONS,
    AddressesUnavailableError,
    Area,
    NameNotFoundError,
    OutsideAreaError,
    Place,
    TooVagueError,
)
from chalicelib.search.names import NameIndex

SHORTEST_ADDRESS: Final = 3
LONGEST_SAID: Final = 80
WHAT_WORKS: Final = (
    "Try the two streets of a crossing (w 52 & 11), a station\u2019s name, or coordinates "
    "(40.73, -73.98)."
)


def find_address(
    text: str,
    *,
    book: AddressBook,
    area: Area | None,
    names: NameIndex,
    unnamed: NameNotFoundError,
) -> Place:
    """Find a place by address, as no station has such a name; raise PlaceProblemError if none."""
    if not book.is_open or area is None:
        raise unnamed
    near = unnamed.suggestions
    if sum(letter.isalnum() for letter in text) < SHORTEST_ADDRESS:
        raise NameNotFoundError(_nothing(), suggestions=near)
    try:
        found = book.find(text, area=area.bounds)
    # Without the database there is no taking turns.
    except (GeocoderError, DatabaseUnavailableError) as error:
        message = f"Addresses cannot be looked up just now; all else works. {WHAT_WORKS}"
        raise AddressesUnavailableError(message, suggestions=near) from error
    within = [place for place in found if area.bounds.contains(place.lat, place.lon)]
    if within:
        return _only_address(within, text)
    if found:
        first = found[0]
        said = first.name[:LONGEST_SAID]
        raise OutsideAreaError.of(first.lat, first.lon, said=said, area=area, names=names)
    raise NameNotFoundError(_nothing(), suggestions=near)


def _nothing() -> str:
    return f"No station, crossing or address here has a name like that. {WHAT_WORKS}"


def _only_address(within: list[Address], text: str) -> Place:
    first = within[0]
    apart = [
        place
        for place in within
        if distance_m(first.lat, first.lon, place.lat, place.lon) > SAME_PLACE_M
    ]
    if apart and normalised(first.name) != normalised(text):
        message = "Several addresses here are like that. Say which, or add the borough or town."
        names = [place.name for place in (first, *apart)]
        raise TooVagueError(message, suggestions=names[:SUGGESTIONS])
    return Place(lat=first.lat, lon=first.lon, name=first.name, kind="address")
