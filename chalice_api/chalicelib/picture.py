"""The whole city at one version of the state, and the answers rendered from it once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from psycopg2.extensions import cursor

from chalicelib import queries
from chalicelib.answers import Body, Dated
from chalicelib.changes import gone_stations, version_of_second
from chalicelib.grid import Grid
from chalicelib.nearby import Reached, Walk, box_around, reached
from chalicelib.queries import StationRow, SystemState
from chalicelib.search.names import NameIndex
from chalicelib.stations import feature, station_object, utc_text_or_none


@dataclass(frozen=True, kw_only=True)
class Picture:
    """All stations at one version of the state; `stale_since` is set while it cannot be updated."""

    state: SystemState
    stations: list[StationRow]
    gone: dict[str, int]
    # The version at which the event clock reached its current second.
    second_since: int
    stale_since: datetime | None = None

    @property
    def moment(self) -> dict[str, str | None]:
        """The moment that the picture holds for, and since when it could not be updated."""
        return {
            "as_of": utc_text_or_none(self.state.event_clock),
            "stale_since": utc_text_or_none(self.stale_since),
        }

    def as_of_old(self, since: datetime | None) -> "Picture":
        """Return the same picture, marked as stale since then."""
        return replace(self, stale_since=since)

    @property
    def head(self) -> dict[str, Any]:
        """What every list begins with."""
        return {
            **self.moment,
            "version": self.state.version,
            "station_count": len(self.stations),
        }

    @cached_property
    def dated(self) -> Dated | None:
        """
        The date of the answers, by the event clock.

        Late events change stations but not the clock; then the date does not identify the answer,
        and a conditional request by date gets it in full. A stale picture has no date, as the same
        picture has that date before and after it is stale.
        """
        if self.state.event_clock is None or self.stale_since is not None:
            return None
        changes = (row.version for row in self.stations)
        newest = max((*changes, *self.gone.values()), default=0)
        return Dated(self.state.event_clock, is_exact=newest <= self.second_since)

    @cached_property
    def as_json(self) -> Body:
        """The list of stations, with its as_of."""
        return self.list([station_object(row) for row in self.stations], self.head)

    @cached_property
    def as_geojson(self) -> Body:
        """The same as an RFC 7946 feature collection, with our foreign members."""
        return self.features([feature(row) for row in self.stations], self.head)

    def list(self, stations: Sequence[dict[str, Any]], head: dict[str, Any]) -> Body:
        """Return a list of station objects as a body."""
        return Body.of_json(head | {"stations": stations}, dated=self.dated)

    def features(self, features: Sequence[dict[str, Any]], head: dict[str, Any]) -> Body:
        """Return a feature collection as a body."""
        collection = {"type": "FeatureCollection"} | head | {"features": features}
        return Body.of_json(collection, dated=self.dated)

    @cached_property
    def names(self) -> NameIndex:
        """A search index of the stations' names."""
        return NameIndex(self.stations)

    @cached_property
    def grid(self) -> Grid:
        """A spatial index of the stations."""
        return Grid(self.stations)

    def near(self, walk: Walk) -> Sequence[Reached]:
        """Return the stations within reach on foot, nearest first."""
        return reached(self.grid.within(box_around(walk.lat, walk.lon, walk.radius_m)), walk)

    @cached_property
    def by_id(self) -> dict[str, StationRow]:
        """Every station under each of its ids; a station's own id wins over another's alias."""
        others = {alias: row for row in self.stations for alias in row.aliases}
        return others | {row.station_id: row for row in self.stations}


def read_picture(db: cursor, *, known: Picture | None) -> Picture:
    """Read the whole city; return `known` itself if it is still current."""
    state = queries.system_state(db)
    if known is not None and known.state == state:
        return known
    return Picture(
        state=state,
        stations=queries.all_stations(db),
        gone=gone_stations(db),
        second_since=version_of_second(db, state),
    )
