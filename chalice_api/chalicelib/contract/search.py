"""Which place a text means, and which stations are close to a place."""

from typing import Final

from bikeshare.places import MAX_LAT, MAX_LON
from chalicelib.contract import parameter
from chalicelib.contract.operation import Operation
from chalicelib.nearby import Need

TAG: Final = "Search"
MAX_RADIUS_M: Final = 10_000
# As many whole blocks of the usual 260 m as fit into that.
MOST_BLOCKS: Final = 38
DEFAULT_BLOCKS: Final = 3
MOST_STATIONS: Final = 500
LONGEST_SEARCH: Final = 200

Q: Final = parameter.text(
    "q",
    "A station, a crossing, coordinates or an address, as people type them.",
    longest=LONGEST_SEARCH,
    example="w 52 & 11",
)
LAT: Final = parameter.number(
    "lat", "Degrees north, together with lon.", least=-MAX_LAT, most=MAX_LAT, example=40.7195
)
LON: Final = parameter.number(
    "lon", "Degrees east, together with lat.", least=-MAX_LON, most=MAX_LON, example=-74.0431
)
BLOCKS: Final = parameter.number(
    "blocks",
    f"How far, in blocks; {DEFAULT_BLOCKS} unless said. "
    "Where blocks are long, no farther than 10 km.",
    least=0.1,
    most=MOST_BLOCKS,
    example=3,
)
RADIUS_M: Final = parameter.number(
    "radius_m", "How far, in metres, instead of blocks.", least=1, most=MAX_RADIUS_M, example=780
)
NEED: Final = parameter.word(
    "need",
    "Only stations that are open and have one.",
    Need,
    default=Need.ANY,
    example="dock",
)
LIMIT: Final = parameter.whole_number(
    "limit", "How many stations at most.", within=(1, MOST_STATIONS), default=50, example=10
)

SHOW_PLACE: Final = Operation(
    path="/api/v1/geocode",
    name="geocode",
    tag=TAG,
    summary="The place that a text means, or why none",
    schema="Geocode",
    parameters=(Q,),
    shown=(Q,),
)
SHOW_NEARBY: Final = Operation(
    path="/api/v1/nearby",
    name="nearby",
    tag=TAG,
    summary="The stations in reach of a place, nearest first",
    description="Give the place as lat and lon, or as q; and how far as blocks or as radius_m.",
    schema="Nearby",
    parameters=(LAT, LON, Q, BLOCKS, RADIUS_M, NEED, LIMIT),
    shown=(LAT, LON, BLOCKS, NEED),
    problems=(404,),
)
