"""Stations at one version of the state, and each answer written from them once however many ask."""

from functools import cached_property

from psycopg2.extensions import cursor

from chalicelib import queries
from chalicelib.answers import Body
from chalicelib.queries import StationRow, SystemState
from chalicelib.search.names import NameIndex
from chalicelib.settings import Bounds
from chalicelib.stations import feature, station_object, utc_text_or_none


class Picture:
    """Stations at one version of the state: all of them, those in a box, or those that changed."""

    def __init__(self, state: SystemState, stations: list[StationRow], *, of: int) -> None:
        self.state = state
        self.stations = stations
        self.station_count = of
        self.head = {
            "as_of": utc_text_or_none(state.event_clock),
            "version": state.version,
            "station_count": of,
        }

    @cached_property
    def as_json(self) -> Body:
        """The list of stations, with the moment it holds for."""
        return Body.of_json(
            self.head | {"stations": [station_object(row) for row in self.stations]}
        )

    @cached_property
    def names(self) -> NameIndex:
        """The stations' names, ready to be searched."""
        return NameIndex(self.stations)

    @cached_property
    def as_geojson(self) -> Body:
        """The same as an RFC 7946 feature collection, with our foreign members."""
        head = {"type": "FeatureCollection"} | self.head
        return Body.of_json(head | {"features": [feature(row) for row in self.stations]})


def read_picture(db: cursor) -> Picture:
    """Read the whole city."""
    stations = queries.all_stations(db)
    return Picture(queries.system_state(db), stations, of=len(stations))


def read_box(db: cursor, *, bounds: Bounds) -> Picture:
    """Read the stations in a box."""
    stations = queries.stations_within(db, bounds)
    return Picture(queries.system_state(db), stations, of=queries.station_count(db))


def read_changes(db: cursor, *, version: int) -> Picture:
    """Read what changed after a version; the count of all tells one who follows when some went."""
    stations = queries.changed_stations(db, version=version)
    return Picture(queries.system_state(db), stations, of=queries.station_count(db))
