"""Resolve what a rider typed to one place on the map, or to why not and what to try."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bikeshare.places import distance_m
from chalicelib.nearby import box_around
from chalicelib.problems import ProblemError
from chalicelib.queries import StationRow
from chalicelib.search.coordinates import Coordinates, read_coordinates
from chalicelib.search.names import Match, NameIndex
from chalicelib.settings import Bounds

LEAST_SCORE: Final = 0.72
LEAST_WORTH_SUGGESTING: Final = 0.5
TIED_WITHIN: Final = 0.03
# Stations this close, such as on the corners of one crossing, are the same place.
SAME_PLACE_M: Final = 350.0
SUGGESTIONS: Final = 4
AREA_MARGIN_M: Final = 3_000.0


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a search led."""

    lat: float
    lon: float
    name: str
    kind: str


class PlaceProblemError(ProblemError):
    """A text that does not lead to exactly one place."""

    reason = "not_found"
    kind = "place-not-found"
    title = "No such place is known here"
    status = 404

    def __init__(self, detail: str, *, suggestions: Sequence[str] = ()) -> None:
        super().__init__(detail, parameter="q")
        self.suggestions = list(dict.fromkeys(suggestions))

    def members(self) -> dict[str, Any]:
        """The problem, with the reason as one word and what may have been meant."""
        return super().members() | {"reason": self.reason, "suggestions": self.suggestions}


class NameNotFoundError(PlaceProblemError):
    """A text that is not the name of a station or crossing, but may be an address."""


class OutsideAreaError(PlaceProblemError):
    """A place where this system has no stations; it suggests the nearest station."""

    reason = "outside_area"
    kind = "place-outside-area"
    title = "That is outside the area"

    @classmethod
    def of(
        cls, lat: float, lon: float, *, said: str, area: "Area", names: NameIndex
    ) -> "OutsideAreaError":
        """Return the error for a place, naming the area and its nearest station."""
        nearest = names.nearest(lat, lon)
        if nearest is None:
            return cls(f"{said} is outside the area of {area.name}. Try a place within it.")
        station, metres = nearest
        message = (
            f"{said} is outside the area of {area.name}: its nearest station is "
            f"{metres / 1000:.0f} km away. Try a place within the area, or start from that station."
        )
        return cls(message, suggestions=[station.name or ""])


class TooVagueError(PlaceProblemError):
    """A text that fits several places equally well."""

    reason = "too_vague"
    kind = "place-too-vague"
    title = "That could be several places"


class AddressesUnavailableError(PlaceProblemError):
    """A text that may be an address, while no geocoding service answers."""

    reason = "unavailable"
    kind = "addresses-unavailable"
    title = "Addresses cannot be looked up just now"
    status = 503

    def headers(self) -> dict[str, str]:
        """Add when to try again."""
        return {"Retry-After": "5"}


@dataclass(frozen=True, kw_only=True)
class Area:
    """Where a system's stations are, and what people call it."""

    name: str
    bounds: Bounds


def area_of(stations: Sequence[StationRow], *, name: str, bounds: Bounds | None) -> Area | None:
    """Return the area from the settings, else the box around the stations with a margin."""
    if bounds is not None:
        return Area(name=name, bounds=bounds)
    placed = [(row.lat, row.lon) for row in stations if row.lat is not None and row.lon is not None]
    if not placed:
        return None
    lats, lons = [lat for lat, _ in placed], [lon for _, lon in placed]
    low = box_around(min(lats), min(lons), AREA_MARGIN_M)
    high = box_around(max(lats), max(lons), AREA_MARGIN_M)
    around = Bounds(west=low.west, south=low.south, east=high.east, north=high.north)
    return Area(name=name, bounds=around)


def find_place(text: str, *, names: NameIndex, area: Area | None) -> Place:
    """Find a place by coordinates, else by a station or crossing; else raise PlaceProblemError."""
    coordinates = read_coordinates(text)
    if coordinates is not None and not coordinates.may_be_streets:
        return _place_at(coordinates, area, names)
    matches = names.search(text)
    best = [match for match in matches if match.score >= LEAST_SCORE]
    if not best and coordinates is not None:
        return _place_at(coordinates, area, names)
    if not best:
        near = [match for match in matches if match.score >= LEAST_WORTH_SUGGESTING]
        message = (
            "No station or crossing here has a name like that, and addresses are not looked up "
            "here. Try the two streets of a crossing (w 52 & 11), a station\u2019s name, or "
            "coordinates (40.73, -73.98)."
        )
        raise NameNotFoundError(message, suggestions=_names(near))
    return _only_place(best)


def _place_at(coordinates: Coordinates, area: Area | None, names: NameIndex) -> Place:
    lat, lon = coordinates.lat, coordinates.lon
    if area is not None and not area.bounds.contains(lat, lon):
        # GeoJSON and some maps write the longitude first.
        if area.bounds.contains(lon, lat):
            lat, lon = lon, lat
        else:
            said = f"{lat:g}, {lon:g}"
            raise OutsideAreaError.of(lat, lon, said=said, area=area, names=names)
    return Place(lat=lat, lon=lon, name=f"{lat:.5f}, {lon:.5f}", kind="coordinates")


def _only_place(best: Sequence[Match]) -> Place:
    first = best[0].station
    place = Place(lat=first.lat or 0.0, lon=first.lon or 0.0, name=first.name or "", kind="station")
    tied = [match for match in best if match.score >= best[0].score - TIED_WITHIN]
    apart = [
        match
        for match in tied
        if distance_m(place.lat, place.lon, match.station.lat or 0.0, match.station.lon or 0.0)
        > SAME_PLACE_M
    ]
    if apart:
        message = "Several places have names like that. Say which, or name the crossing street too."
        raise TooVagueError(message, suggestions=_names([best[0], *apart]))
    return place


def _names(matches: Sequence[Match]) -> list[str]:
    return [match.station.name or "" for match in matches[:SUGGESTIONS]]
