"""The Kafka topics, and which lane goes into which."""

from bikeshare.drops import Lane

TRIPS = "trips"
TRIPS_BACKFILL = "trips-backfill"
STATIONS = "stations"
DROPS = "drops"

ALL_TOPICS = (TRIPS, TRIPS_BACKFILL, STATIONS, DROPS)


def topic_of(lane: Lane) -> str:
    """Return the topic that a lane's rows go into; backfill never holds up live rows."""
    return {Lane.LIVE: TRIPS, Lane.BACKFILL: TRIPS_BACKFILL, Lane.STATIONS: STATIONS}[lane]
