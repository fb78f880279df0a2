"""Every known trip-file format; to add one, add an entry to one of these lists."""

from typing import Final

from bikeshare.formats import america, citibike, world

KNOWN_FORMATS: Final = (*citibike.FORMATS, *america.FORMATS, *world.FORMATS)
