"""The stations: all of them, one, and what happened there."""

from typing import Any, Final

from chalicelib.contract import parameter
from chalicelib.contract.operation import Operation

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

_LISTED: Final[dict[str, Any]] = {"tag": TAG, "parameters": (BBOX, SINCE_VERSION), "shown": (BBOX,)}

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
