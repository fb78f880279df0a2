"""Which place a rider means, and which stations are close to it."""

from chalice.app import Blueprint, Response

from chalicelib.answers import FRESH, FRESH_TO_ONE, READS, Body, answer
from chalicelib.contract.search import (
    BLOCKS,
    DEFAULT_BLOCKS,
    LAT,
    LIMIT,
    LON,
    MAX_RADIUS_M,
    NEED,
    RADIUS_M,
    SHOW_NEARBY,
    SHOW_PLACE,
    Q,
)
from chalicelib.nearby import Walk, reached_object
from chalicelib.parameters import Query, in_order
from chalicelib.problems import InvalidParameterError
from chalicelib.search.finder import Place, PlaceProblemError
from chalicelib.service import service
from chalicelib.watch import warning_of

search = Blueprint(__name__)


@search.route(SHOW_PLACE.path, methods=READS)
def show_place() -> Response:
    """GET /api/v1/geocode?q=w+52+%26+11: the place that a text means, or why there is none."""
    given = Query.of(search.current_request, SHOW_PLACE)[Q]
    if given is None:
        message = "give what to look for as q, such as q=w 52 %26 11"
        raise InvalidParameterError(message, parameter="q")
    text = in_order(given)
    # As with other geocoders, finding no place is an answer too; only nearby requires a place.
    place, why_not = None, None
    try:
        place = place_object(service().find_place(text))
    except PlaceProblemError as error:
        why_not = error
    picture = service().picture()
    read = {
        **picture.moment,
        "query": text,
        "place": place,
        "reason": why_not and why_not.reason,
        "detail": why_not and why_not.detail,
        "suggestions": why_not.suggestions if why_not else [],
    }
    return answer(Body.of_json(read), cache=FRESH_TO_ONE, **warning_of(picture))


@search.route(SHOW_NEARBY.path, methods=READS)
def show_nearby() -> Response:
    """GET /api/v1/nearby?lat=40.73&lon=-73.98&blocks=3&need=bike, nearest first; or by ?q=."""
    query = Query.of(search.current_request, SHOW_NEARBY)
    block_m = service().settings.block_m
    radius_m = asked_radius_m(query, block_m=block_m)
    need, limit = query[NEED], query[LIMIT]
    place = asked_place(query)
    walk = Walk(
        lat=place.lat, lon=place.lon, radius_m=radius_m, need=need, limit=limit, block_m=block_m
    )
    picture = service().picture()
    found = {
        **picture.moment,
        "place": place_object(place),
        "radius_m": round(walk.radius_m, 1),
        "blocks": round(walk.radius_m / walk.block_m, 1),
        "need": walk.need,
        "stations": [reached_object(near, block_m=block_m) for near in picture.near(walk)],
    }
    dated, cache = (None, FRESH_TO_ONE) if Q in query else (picture.dated, FRESH)
    return answer(Body.of_json(found, dated=dated), cache=cache, **warning_of(picture))


def place_object(place: Place) -> dict[str, str | float]:
    """Return a place as an object."""
    return {"lat": place.lat, "lon": place.lon, "name": place.name, "kind": place.kind}


def asked_place(query: Query) -> Place:
    """Return the place asked for: as degrees or as a text, but not both."""
    text = query[Q]
    if text is not None:
        if LAT in query or LON in query:
            message = "give the place as q or as lat and lon, not both"
            raise InvalidParameterError(message, parameter="q")
        return service().find_place(in_order(text))
    lat, lon = query[LAT], query[LON]
    if lat is None or lon is None:
        message = "give the place as lat and lon in degrees, such as lat=40.73&lon=-73.98, or as q"
        raise InvalidParameterError(message, parameter="lat" if lat is None else "lon")
    return Place(lat=lat, lon=lon, name=f"{lat:.5f}, {lon:.5f}", kind="coordinates")


def asked_radius_m(query: Query, *, block_m: float) -> float:
    """Return how far to look in metres, given in metres or in blocks, but not both."""
    if RADIUS_M in query and BLOCKS in query:
        message = "give how far as blocks or as radius_m, not both"
        raise InvalidParameterError(message, parameter="radius_m")
    blocks = query[BLOCKS] or DEFAULT_BLOCKS
    return min(query[RADIUS_M] or blocks * block_m, MAX_RADIUS_M)
