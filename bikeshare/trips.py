"""One ride, as every part of the product knows it after its file has been read."""

from typing import NamedTuple


class Trip(NamedTuple):
    """
    One departure and its arrival, as texts ready for the wire; an empty text means none.

    The fields stay texts because millions of them only pass through: times are in the form of
    `bikeshare.utc`, so that they compare as times do, and station ids are never numbers.
    """

    trip_key: str
    bike_id: str
    started_at: str
    ended_at: str
    start_station_id: str
    start_station_name: str
    start_lat: str
    start_lon: str
    end_station_id: str
    end_station_name: str
    end_lat: str
    end_lon: str
