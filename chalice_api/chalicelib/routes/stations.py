"""Which stations there are and how full each is; which of them are close by."""

from functools import partial
from urllib.parse import unquote

from chalice.app import Blueprint, Response
from psycopg2.extensions import cursor

from chalicelib import queries
from chalicelib.answers import READS, Body, answer
from chalicelib.nearby import Need, Walk, box_around, stations_in_reach
from chalicelib.parameters import Query, shown
from chalicelib.picture import Picture
from chalicelib.problems import InvalidParameterError, NotFoundError
from chalicelib.service import service
from chalicelib.settings import MAX_LAT, MAX_LON, Bounds
from chalicelib.stations import station_object, utc_text_or_none

stations = Blueprint(__name__)

GEOJSON_TYPE = "application/geo+json"
LIST_PARAMETERS = ("bbox",)
NEARBY_PARAMETERS = ("lat", "lon", "blocks", "radius_m", "need", "limit")
MAX_RADIUS_M = 10_000
DEFAULT_BLOCKS = 3
DEFAULT_LIMIT = 50
MAX_LIMIT = 500


@stations.route("/api/v1/stations", methods=READS)
def list_stations() -> Response:
    """GET /api/v1/stations?bbox=-74.05,40.68,-73.90,40.80, ordered by station_id."""
    return answer(asked_picture().as_json)


@stations.route("/api/v1/stations.geojson", methods=READS)
def list_features() -> Response:
    """GET /api/v1/stations.geojson?bbox=…, the same stations as RFC 7946 features."""
    return answer(asked_picture().as_geojson, content_type=GEOJSON_TYPE)


@stations.route("/api/v1/stations/{station_id}", methods=READS)
def show_station(station_id: str) -> Response:
    """GET /api/v1/stations/3186, by any id that the station goes by."""
    Query.of(stations.current_request, known=())
    # API Gateway hands a path parameter over decoded, the local server as it came.
    wanted = unquote(station_id)
    row = None
    if "\x00" not in wanted:
        row = service().database.read(partial(queries.one_station, station_id=wanted))
    if row is None:
        message = f"no station goes by the id {shown(wanted)}"
        raise NotFoundError(message)
    return answer(Body.of_json(station_object(row)))


@stations.route("/api/v1/nearby", methods=READS)
def show_nearby() -> Response:
    """GET /api/v1/nearby?lat=40.73&lon=-73.98&blocks=3&need=bike, nearest first."""
    query = Query.of(stations.current_request, known=NEARBY_PARAMETERS)
    walk = asked_walk(query, block_m=service().settings.block_m)
    bounds = box_around(walk.lat, walk.lon, walk.radius_m)
    picture = service().database.read(partial(read_part, bounds=bounds))
    found = {
        "as_of": utc_text_or_none(picture.state.event_clock),
        "place": {"lat": walk.lat, "lon": walk.lon},
        "radius_m": round(walk.radius_m, 1),
        "blocks": round(walk.radius_m / walk.block_m, 1),
        "need": walk.need,
        "stations": stations_in_reach(picture.stations, walk),
    }
    return answer(Body.of_json(found))


def asked_picture() -> Picture:
    """Give the whole city, or the part of it in the box that was asked for."""
    bounds = Query.of(stations.current_request, known=LIST_PARAMETERS).bbox()
    if bounds is None:
        return service().picture()
    return service().database.read(partial(read_part, bounds=bounds))


def read_part(db: cursor, *, bounds: Bounds) -> Picture:
    """Read the state and the stations in a box, of one snapshot."""
    return Picture(queries.system_state(db), queries.stations_within(db, bounds))


def asked_walk(query: Query, *, block_m: float) -> Walk:
    """Read where from, how far and what for."""
    lat = query.number("lat", None, least=-MAX_LAT, most=MAX_LAT)
    lon = query.number("lon", None, least=-MAX_LON, most=MAX_LON)
    if lat is None or lon is None:
        message = "give the place as lat and lon in degrees, such as lat=40.73&lon=-73.98"
        raise InvalidParameterError(message, parameter="lat" if lat is None else "lon")
    return Walk(
        lat=lat,
        lon=lon,
        radius_m=asked_radius_m(query, block_m=block_m),
        need=Need(query.choice("need", Need.ANY, tuple(Need))),
        limit=query.integer("limit", DEFAULT_LIMIT, least=1, most=MAX_LIMIT),
        block_m=block_m,
    )


def asked_radius_m(query: Query, *, block_m: float) -> float:
    """Read how far, in metres or in blocks, but not both."""
    if "radius_m" in query and "blocks" in query:
        message = "give how far as blocks or as radius_m, not both"
        raise InvalidParameterError(message, parameter="radius_m")
    blocks = query.number("blocks", DEFAULT_BLOCKS, least=0.1, most=MAX_RADIUS_M / block_m)
    return query.number("radius_m", blocks * block_m, least=1, most=MAX_RADIUS_M)
