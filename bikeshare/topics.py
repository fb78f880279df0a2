"""The Kafka topics: which lane goes into which, and which query reads which."""

from collections.abc import Mapping
from typing import Final

from bikeshare.drops import Lane

TRIPS = "trips"
TRIPS_BACKFILL = "trips-backfill"
STATIONS = "stations"
DROPS = "drops"

ALL_TOPICS = (TRIPS, TRIPS_BACKFILL, STATIONS, DROPS)

# The stream runs one query for each name; the lag of each is measured under the same name.
TOPICS_OF_QUERY: Final[Mapping[str, tuple[str, ...]]] = {
    "live": (TRIPS, STATIONS, DROPS),
    "backfill": (TRIPS_BACKFILL,),
}


def topic_of(lane: Lane) -> str:
    """Return the topic that a lane's rows go into; backfill never holds up live rows."""
    return {Lane.LIVE: TRIPS, Lane.BACKFILL: TRIPS_BACKFILL, Lane.STATIONS: STATIONS}[lane]
