"""The whole city at one version, and each answer written from it once however many ask."""

from functools import cached_property

from psycopg2.extensions import cursor

from chalicelib.answers import Body
from chalicelib.queries import StationRow, SystemState, all_stations, system_state
from chalicelib.stations import feature_collection, station_list


class Picture:
    """Every station at one version of the state."""

    def __init__(self, state: SystemState, stations: list[StationRow]) -> None:
        self.state = state
        self.stations = stations

    @cached_property
    def as_json(self) -> Body:
        """The list of all stations."""
        return Body.of_json(station_list(self.state.event_clock, self.stations))

    @cached_property
    def as_geojson(self) -> Body:
        """The same as a GeoJSON feature collection."""
        return Body.of_json(feature_collection(self.state.event_clock, self.stations))


def read_picture(db: cursor) -> Picture:
    """Read the state and the stations of one snapshot."""
    return Picture(system_state(db), all_stations(db))
