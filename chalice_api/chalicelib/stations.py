"""A station as the API returns it: as an object, and as a GeoJSON feature."""

from datetime import datetime
from typing import Any

from bikeshare.utc import utc_text
from chalicelib.queries import StationRow

# RFC 7946, section 11.2: six decimals are about ten centimetres.
PLACE_DECIMALS = 6


def utc_text_or_none(moment: datetime | None) -> str | None:
    """Return a time as text; None if there is none."""
    return None if moment is None else utc_text(moment)


def as_of(event_clock: datetime | None) -> dict[str, Any]:
    """Return the moment that an answer holds for."""
    return {"as_of": utc_text_or_none(event_clock)}


def station_object(row: StationRow) -> dict[str, Any]:
    """Return a station as an object; docs/api.md says what each field means."""
    return {
        "station_id": row.station_id,
        "name": row.name,
        "lat": row.lat,
        "lon": row.lon,
        "capacity": row.capacity,
        "num_bikes_available": row.num_bikes_available,
        "num_ebikes_available": row.num_ebikes_available,
        "num_docks_available": row.num_docks_available,
        "is_installed": row.is_installed,
        "is_renting": row.is_renting,
        "is_returning": row.is_returning,
        "last_reported": utc_text_or_none(row.last_reported),
        "anchored_at": utc_text_or_none(row.anchored_at),
        "source": row.source,
        "drift": row.drift,
        "net_flow": row.net_flow,
        "estimated_bikes": row.estimated_bikes,
        "estimate_method": row.estimate_method,
        "aliases": row.aliases,
    }


def feature(row: StationRow) -> dict[str, Any]:
    """Return a GeoJSON feature; without a known position it has no geometry."""
    properties = station_object(row)
    lat, lon = properties.pop("lat"), properties.pop("lon")
    geometry = None
    if lat is not None and lon is not None:
        place = [round(lon, PLACE_DECIMALS), round(lat, PLACE_DECIMALS)]
        geometry = {"type": "Point", "coordinates": place}
    return {
        "type": "Feature",
        "id": row.station_id,
        "geometry": geometry,
        "properties": properties,
    }
