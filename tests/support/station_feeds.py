"""Station feeds that state only what a test is about, and what is read from them."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bikeshare.snapshots import Snapshot, read_station_file
from bikeshare.stations import Station

NEW_YORK = ZoneInfo("America/New_York")
ARRIVED = datetime(2026, 1, 1, tzinfo=UTC)
LAST_UPDATED = 1562342057


def feed(*stations: object, last_updated: object = LAST_UPDATED) -> dict[str, object]:
    """A GBFS feed of the given stations."""
    return {"last_updated": last_updated, "ttl": 10, "data": {"stations": list(stations)}}


def status(**said: object) -> dict[str, object]:
    """A station's status of which a test states only what it is about."""
    return {"station_id": "3186", "num_bikes_available": 5, "num_docks_available": 36, **said}


def read(document: object, *, received_at: datetime = ARRIVED) -> list[Snapshot]:
    """Read a document as if it had just landed."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_station_file(content, received_at=received_at, zone=NEW_YORK)


def only(document: object) -> Station:
    """Return the one station of a document."""
    (snapshot,) = read(document)
    (station,) = snapshot.stations
    return station
