"""Which stations there are, and how full each of them is."""

from functools import partial
from urllib.parse import unquote

from chalice.app import Blueprint, Response

from chalicelib import queries
from chalicelib.answers import READS, Body, answer
from chalicelib.parameters import Query, shown
from chalicelib.picture import Picture, read_box
from chalicelib.problems import InvalidParameterError, NotFoundError
from chalicelib.service import service
from chalicelib.stations import station_object

stations = Blueprint(__name__)

GEOJSON_TYPE = "application/geo+json"
LIST_PARAMETERS = ("bbox", "since_version")
MAX_VERSION = 999_999_999


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


def asked_picture() -> Picture:
    """Give the whole city, the part of it in a box, or what changed after a version."""
    query = Query.of(stations.current_request, known=LIST_PARAMETERS)
    bounds = query.bbox()
    if "since_version" in query:
        if bounds is not None:
            message = "changes are told of the whole city: give since_version without bbox"
            raise InvalidParameterError(message, parameter="since_version")
        version = query.integer("since_version", 0, least=0, most=MAX_VERSION)
        return service().changes(version)
    if bounds is not None:
        return service().database.read(partial(read_box, bounds=bounds))
    return service().picture()
