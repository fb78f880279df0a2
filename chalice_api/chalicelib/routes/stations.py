"""Which stations there are, and how full each of them is."""

from chalice.app import Blueprint, Response

from chalicelib.answers import READS, Body, answer
from chalicelib.contract import stations as contract
from chalicelib.contract.operation import Operation
from chalicelib.contract.search import NEED
from chalicelib.contract.stations import LIST_FEATURES, LIST_STATIONS, SHOW_STATION
from chalicelib.parameters import Query, path_part, shown
from chalicelib.picture import Picture
from chalicelib.problems import NotFoundError
from chalicelib.selection import Wanted, select, trimmed
from chalicelib.service import service
from chalicelib.stations import feature, station_object
from chalicelib.watch import warning_of

stations = Blueprint(__name__)


@stations.route(LIST_STATIONS.path, methods=READS)
def list_stations() -> Response:
    """GET /api/v1/stations?bbox=-74.05,40.68,-73.90,40.80, ordered by station_id."""
    return listed(LIST_STATIONS)


@stations.route(LIST_FEATURES.path, methods=READS)
def list_features() -> Response:
    """GET /api/v1/stations.geojson?bbox=…, the same stations as RFC 7946 features."""
    return listed(LIST_FEATURES)


@stations.route(SHOW_STATION.path, methods=READS)
def show_station(station_id: str) -> Response:
    """GET /api/v1/stations/3186, by any of the station's ids."""
    Query.of(stations.current_request, SHOW_STATION)
    wanted = path_part(station_id)
    picture = service().picture()
    row = picture.by_id.get(wanted)
    if row is None:
        message = f"no station goes by the id {shown(wanted)}"
        raise NotFoundError(message)
    body = Body.of_json(picture.moment | station_object(row), dated=picture.dated)
    return answer(body, **warning_of(picture))


def listed(operation: Operation) -> Response:
    """Answer with the whole city, rendered once per picture, or the part that was asked for."""
    wanted = asked(Query.of(stations.current_request, operation))
    picture = service().picture()
    return answer(
        body_of(picture, operation, wanted),
        content_type=operation.media_type,
        **warning_of(picture),
    )


def body_of(picture: Picture, operation: Operation, wanted: Wanted) -> Body:
    """Return a list in the operation's format."""
    is_geojson = operation is LIST_FEATURES
    if wanted == Wanted():
        return picture.as_geojson if is_geojson else picture.as_json
    chosen = select(picture, wanted)
    head = picture.head | chosen.head
    write = feature if is_geojson else station_object
    listed = [trimmed(write(row), wanted.fields) for row in chosen.rows]
    return picture.features(listed, head) if is_geojson else picture.list(listed, head)


def asked(query: Query) -> Wanted:
    """Return what a request wants of the list."""
    since, since_version = query[contract.SINCE], query[contract.SINCE_VERSION]
    if since is not None:
        known = service().version_as_of(since)
        # If both are given, start from the older one, so that no change is missed.
        since_version = known if since_version is None else min(known, since_version)
    return Wanted(
        bounds=query[contract.BBOX],
        ids=query[contract.IDS],
        need=query[NEED],
        min_bikes=query[contract.MIN_BIKES],
        min_docks=query[contract.MIN_DOCKS],
        since_version=since_version,
        after=query[contract.AFTER],
        limit=query[contract.LIMIT],
        fields=query[contract.FIELDS],
    )
