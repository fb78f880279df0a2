"""Which place a rider means, and which stations are close to it."""

from functools import partial

from chalice.app import Blueprint, Response

from chalicelib.answers import READS, Body, answer
from chalicelib.nearby import Need, Walk, box_around, reached, reached_object
from chalicelib.parameters import Query
from chalicelib.picture import read_box
from chalicelib.problems import InvalidParameterError
from chalicelib.search.finder import Place, PlaceProblemError
from chalicelib.service import service
from chalicelib.settings import MAX_LAT, MAX_LON

search = Blueprint(__name__)

NEARBY_PARAMETERS = ("lat", "lon", "q", "blocks", "radius_m", "need", "limit")
MAX_RADIUS_M = 10_000
DEFAULT_BLOCKS = 3
DEFAULT_LIMIT = 50
MAX_LIMIT = 500


@search.route("/api/v1/geocode", methods=READS)
def show_place() -> Response:
    """GET /api/v1/geocode?q=w+52+%26+11: the place that a text means, or why none."""
    text = Query.of(search.current_request, known=("q",)).search_text()
    if text is None:
        message = "give what to look for as q, such as q=w 52 %26 11"
        raise InvalidParameterError(message, parameter="q")
    # That a text names no place is an answer too, as with other geocoders; only nearby needs one.
    place, why_not = None, None
    try:
        place = place_object(service().find_place(text))
    except PlaceProblemError as error:
        why_not = error
    read = {
        "query": text,
        "place": place,
        "reason": why_not and why_not.reason,
        "detail": why_not and why_not.detail,
        "suggestions": why_not.suggestions if why_not else [],
    }
    return answer(Body.of_json(read))


@search.route("/api/v1/nearby", methods=READS)
def show_nearby() -> Response:
    """GET /api/v1/nearby?lat=40.73&lon=-73.98&blocks=3&need=bike, nearest first; or by ?q=."""
    query = Query.of(search.current_request, known=NEARBY_PARAMETERS)
    block_m = service().settings.block_m
    radius_m = asked_radius_m(query, block_m=block_m)
    need = Need(query.choice("need", Need.ANY, tuple(Need)))
    limit = query.integer("limit", DEFAULT_LIMIT, least=1, most=MAX_LIMIT)
    place = asked_place(query)
    walk = Walk(
        lat=place.lat, lon=place.lon, radius_m=radius_m, need=need, limit=limit, block_m=block_m
    )
    bounds = box_around(walk.lat, walk.lon, walk.radius_m)
    picture = service().database.read(partial(read_box, bounds=bounds))
    found = {
        "as_of": picture.head["as_of"],
        "place": place_object(place),
        "radius_m": round(walk.radius_m, 1),
        "blocks": round(walk.radius_m / walk.block_m, 1),
        "need": walk.need,
        "stations": [
            reached_object(near, block_m=block_m) for near in reached(picture.stations, walk)
        ],
    }
    return answer(Body.of_json(found))


def place_object(place: Place) -> dict[str, str | float]:
    """Show where a search led."""
    return {"lat": place.lat, "lon": place.lon, "name": place.name, "kind": place.kind}


def asked_place(query: Query) -> Place:
    """Read where from: as degrees or as a text, but not both."""
    text = query.search_text()
    if text is not None:
        if "lat" in query or "lon" in query:
            message = "give the place as q or as lat and lon, not both"
            raise InvalidParameterError(message, parameter="q")
        return service().find_place(text)
    lat = query.number("lat", None, least=-MAX_LAT, most=MAX_LAT)
    lon = query.number("lon", None, least=-MAX_LON, most=MAX_LON)
    if lat is None or lon is None:
        message = "give the place as lat and lon in degrees, such as lat=40.73&lon=-73.98, or as q"
        raise InvalidParameterError(message, parameter="lat" if lat is None else "lon")
    return Place(lat=lat, lon=lon, name=f"{lat:.5f}, {lon:.5f}", kind="coordinates")


def asked_radius_m(query: Query, *, block_m: float) -> float:
    """Read how far, in metres or in blocks, but not both."""
    if "radius_m" in query and "blocks" in query:
        message = "give how far as blocks or as radius_m, not both"
        raise InvalidParameterError(message, parameter="radius_m")
    blocks = query.number("blocks", DEFAULT_BLOCKS, least=0.1, most=MAX_RADIUS_M / block_m)
    return query.number("radius_m", blocks * block_m, least=1, most=MAX_RADIUS_M)
