"""Rows of the outside recomputation as the publisher would send them."""

from bikeshare.trips import Trip
from bikeshare.utc import utc_text
from tests.support.truth_trips import Stop, TripRow


def trip_of(row: TripRow) -> Trip:
    """Convert an accepted row to a trip."""
    ended = utc_text(row.ended_at) if row.ended_at else ""
    ride = (row.key, row.bike_id or "", utc_text(row.started_at), ended)
    return Trip(*ride, *_texts(row.start), *_texts(row.end))


def _texts(stop: Stop) -> tuple[str, str, str, str]:
    lat, lon = stop.place or ("", "")
    return (stop.station_id or "", stop.name or "", str(lat), str(lon))
