"""A spatial index of stations: looking around a place costs the same in a city of any size."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, product
from math import floor

from bikeshare.places import MAX_LON
from chalicelib.queries import StationRow
from chalicelib.settings import Bounds

# About as far as riders walk, so that a search looks into a handful of cells.
CELL_DEGREES = 0.01


class Grid:
    """The stations with a known position, in cells of the same size in degrees."""

    def __init__(self, rows: Iterable[StationRow]) -> None:
        self._cells: defaultdict[tuple[int, int], list[StationRow]] = defaultdict(list)
        for row in rows:
            if row.lat is not None and row.lon is not None:
                self._cells[_cell(row.lat), _cell(row.lon)].append(row)

    def within(self, box: Bounds) -> Iterator[StationRow]:
        """Yield the stations in a box, in no particular order."""
        for row in chain.from_iterable(self._touched(box)):
            if box.contains(row.lat or 0.0, row.lon or 0.0):
                yield row

    def _touched(self, box: Bounds) -> Iterator[list[StationRow]]:
        lats = range(_cell(box.south), _cell(box.north) + 1)
        if box.west <= box.east:
            lons = [range(_cell(box.west), _cell(box.east) + 1)]
        else:
            lons = [
                range(_cell(box.west), _cell(MAX_LON) + 1),
                range(_cell(-MAX_LON), _cell(box.east) + 1),
            ]
        if len(lats) * sum(map(len, lons)) >= len(self._cells):
            yield from self._cells.values()
            return
        for cell in product(lats, chain.from_iterable(lons)):
            if cell in self._cells:
                yield self._cells[cell]


def _cell(degrees: float) -> int:
    return floor(degrees / CELL_DEGREES)
