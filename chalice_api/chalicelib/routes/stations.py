"""Which stations there are, and how full each of them is."""

from functools import partial

from chalice.app import Blueprint, Response

from chalicelib import queries
from chalicelib.answers import READS, Body, answer
from chalicelib.contract.operation import Operation
from chalicelib.contract.stations import (
    BBOX,
    GEOJSON_TYPE,
    LIST_FEATURES,
    LIST_STATIONS,
    SHOW_STATION,
    SINCE_VERSION,
)
from chalicelib.parameters import Query, path_part, shown
from chalicelib.picture import Picture, read_box
from chalicelib.problems import InvalidParameterError, NotFoundError
from chalicelib.service import service
from chalicelib.stations import as_of, station_object

stations = Blueprint(__name__)


@stations.route(LIST_STATIONS.path, methods=READS)
def list_stations() -> Response:
    """GET /api/v1/stations?bbox=-74.05,40.68,-73.90,40.80, ordered by station_id."""
    return answer(asked_picture(LIST_STATIONS).as_json)


@stations.route(LIST_FEATURES.path, methods=READS)
def list_features() -> Response:
    """GET /api/v1/stations.geojson?bbox=…, the same stations as RFC 7946 features."""
    return answer(asked_picture(LIST_FEATURES).as_geojson, content_type=GEOJSON_TYPE)


@stations.route(SHOW_STATION.path, methods=READS)
def show_station(station_id: str) -> Response:
    """GET /api/v1/stations/3186, by any id that the station goes by."""
    Query.of(stations.current_request, SHOW_STATION)
    wanted = path_part(station_id)
    state, row = service().database.read(
        lambda db: (queries.system_state(db), queries.one_station(db, wanted))
    )
    if row is None:
        message = f"no station goes by the id {shown(wanted)}"
        raise NotFoundError(message)
    return answer(Body.of_json(as_of(state.event_clock) | station_object(row)))


def asked_picture(operation: Operation) -> Picture:
    """Give the whole city, the part of it in a box, or what changed after a version."""
    query = Query.of(stations.current_request, operation)
    bounds = query[BBOX]
    version = query[SINCE_VERSION]
    if version is not None:
        if bounds is not None:
            message = "changes are told of the whole city: give since_version without bbox"
            raise InvalidParameterError(message, parameter="since_version")
        return service().changes(version)
    if bounds is not None:
        return service().database.read(partial(read_box, bounds=bounds))
    return service().picture()
