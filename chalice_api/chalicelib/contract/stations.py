"""The stations: all of them, one, and what happened there."""

from typing import Any, Final

from chalicelib.contract import parameter
from chalicelib.contract.operation import Operation
from chalicelib.contract.schemas import STATION_FIELDS
from chalicelib.contract.search import NEED

GEOJSON_TYPE: Final = "application/geo+json"
MAX_VERSION: Final = 999_999_999_999
TAG: Final = "Stations"

BBOX: Final = parameter.box(
    "bbox",
    "Only stations in this box: west,south,east,north in degrees. "
    "West above east spans the date line.",
)
SINCE_VERSION: Final = parameter.whole_number(
    "since_version",
    "Only stations that changed after this version.",
    within=(0, MAX_VERSION),
    default=None,
    example=1803,
)
SINCE: Final = parameter.moment(
    "since",
    "Only stations that changed since an answer with this as_of, none of them missed; those "
    "to forget are in `removed`.",
    example="2019-07-01T12:00:00.000000Z",
)
IDS: Final = parameter.id_list(
    "ids",
    "Only stations that go by one of these ids; one that holds a comma has its own path only.",
    most=200,
    example="3186,JC005",
)
MIN_BIKES: Final = parameter.whole_number(
    "min_bikes",
    "Only stations known to have as many bikes.",
    within=(0, 10_000),
    default=None,
    example=2,
)
MIN_DOCKS: Final = parameter.whole_number(
    "min_docks",
    "Only stations known to have as many free docks.",
    within=(0, 10_000),
    default=None,
    example=2,
)
FIELDS: Final = parameter.word_list(
    "fields",
    "Only these fields of each station, and its station_id.",
    STATION_FIELDS,
    example="name,num_bikes_available",
)
AFTER: Final = parameter.identifier(
    "after",
    "Only stations after this station_id: the next_after of the page before.",
    example="3186",
)
LIMIT: Final = parameter.whole_number(
    "limit",
    "How many stations at most; all unless said.",
    within=(1, 10_000),
    default=None,
    example=500,
)
STATION_ID: Final = parameter.in_path(
    "station_id", "Any id that the station goes by.", example="3186"
)
FROM: Final = parameter.moment(
    "from",
    "Where the first step begins, by whole minutes; six hours before `to` unless said.",
    example="2019-07-01T08:00:00Z",
)
TO: Final = parameter.moment(
    "to", "Where the last step ends; the event clock unless said.", example="2019-07-01T12:00:00Z"
)
STEP: Final = parameter.step("step", "How long a step is: from 1m to 1d.", default="15m")

_LISTED: Final[dict[str, Any]] = {
    "tag": TAG,
    "parameters": (
        BBOX, IDS, NEED, MIN_BIKES, MIN_DOCKS, SINCE, SINCE_VERSION, FIELDS, AFTER, LIMIT,
    ),
    "shown": (BBOX, NEED, FIELDS, LIMIT),
}  # fmt: skip

LIST_STATIONS: Final = Operation(
    path="/api/v1/stations",
    name="listStations",
    summary="All stations and how full each is, by station_id",
    schema="StationList",
    **_LISTED,
)
LIST_FEATURES: Final = Operation(
    path="/api/v1/stations.geojson",
    name="listStationFeatures",
    summary="The same as an RFC 7946 feature collection",
    schema="StationFeatures",
    media_type=GEOJSON_TYPE,
    **_LISTED,
)
SHOW_STATION: Final = Operation(
    path="/api/v1/stations/{station_id}",
    name="showStation",
    tag=TAG,
    summary="One station, by any id that it goes by",
    schema="Station",
    parameters=(STATION_ID,),
    problems=(404,),
)
SHOW_HISTORY: Final = Operation(
    path="/api/v1/stations/{station_id}/history",
    name="showHistory",
    tag=TAG,
    summary="What happened at a station, step by step; at most 2,000 steps",
    schema="History",
    parameters=(STATION_ID, FROM, TO, STEP),
    shown=(STEP,),
    problems=(404,),
)
SHOW_FLOWS: Final = Operation(
    path="/api/v1/flows",
    name="showFlows",
    tag=TAG,
    summary="Departures and arrivals of all stations together, step by step; at most 2,000 steps",
    schema="Flows",
    parameters=(FROM, TO, STEP),
    shown=(STEP,),
)
