"""Which stations of a city a request wants, and which of their fields."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from chalicelib.nearby import Need, open_for
from chalicelib.picture import Picture
from chalicelib.queries import StationRow
from chalicelib.settings import Bounds


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a request wants of the list of stations."""

    bounds: Bounds | None = None
    ids: tuple[str, ...] | None = None
    need: Need = Need.ANY
    min_bikes: int | None = None
    min_docks: int | None = None
    since_version: int | None = None
    after: str | None = None
    limit: int | None = None
    fields: tuple[str, ...] | None = None

    def fits(self, row: StationRow) -> bool:
        """Return whether a station is wanted; an unknown number or position never fits."""
        return (
            (self.bounds is None or _is_within(row, self.bounds))
            and (self.ids is None or not {row.station_id, *row.aliases}.isdisjoint(self.ids))
            and open_for(self.need)(row)
            and _is_at_least(row.num_bikes_available, self.min_bikes)
            and _is_at_least(row.num_docks_available, self.min_docks)
        )


class Selection(NamedTuple):
    """The stations of an answer, those to forget (for `since`), and where to continue."""

    rows: list[StationRow]
    removed: list[str] | None
    next_after: str | None

    @property
    def head(self) -> dict[str, Any]:
        """The members of the list besides the stations."""
        told = {"removed": self.removed, "next_after": self.next_after}
        return {name: value for name, value in told.items() if value is not None}


def select(picture: Picture, wanted: Wanted) -> Selection:
    """
    Select stations, ordered by station_id.

    A client that follows changes is also told which stations are gone or no longer fit, as
    nothing else would tell it.
    """
    since = wanted.since_version
    if since is not None and since > picture.state.version:
        # A version from another database, which means nothing here.
        since = -1
    changed = [row for row in picture.stations if since is None or row.version > since]
    fitting = [row for row in changed if wanted.fits(row)]
    removed = None
    if since is not None:
        kept = {row.station_id for row in fitting}
        gone = [name for name, version in picture.gone.items() if version > since]
        unfit = [row.station_id for row in changed if row.station_id not in kept]
        removed = sorted({*gone, *unfit})
    rows = [row for row in fitting if wanted.after is None or row.station_id > wanted.after]
    if wanted.limit is None or len(rows) <= wanted.limit:
        return Selection(rows, removed, None)
    rows = rows[: wanted.limit]
    return Selection(rows, removed, rows[-1].station_id)


def trimmed(written: dict[str, Any], fields: tuple[str, ...] | None) -> dict[str, Any]:
    """Keep only the fields that were asked for, and station_id."""
    if fields is None:
        return written
    if written.get("type") == "Feature":
        return written | {"properties": trimmed(written["properties"], fields)}
    return {name: written[name] for name in written if name == "station_id" or name in fields}


def _is_at_least(number: int | None, wanted: int | None) -> bool:
    return wanted is None or (number is not None and number >= wanted)


def _is_within(row: StationRow, bounds: Bounds) -> bool:
    return row.lat is not None and row.lon is not None and bounds.contains(row.lat, row.lon)
