"""The object graph, built once per container from the environment."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache, partial

from chalicelib.changes import version_as_of
from chalicelib.database import Database, DatabaseUnavailableError
from chalicelib.gbfs.feeds import Feeds
from chalicelib.geocoding.book import AddressBook
from chalicelib.geocoding.memory import Memory
from chalicelib.geocoding.providers import GeopyGeocoder
from chalicelib.picture import Picture, read_picture
from chalicelib.search.addresses import find_address
from chalicelib.search.finder import NameNotFoundError, Place, area_of, find_place
from chalicelib.settings import Settings
from chalicelib.status import Report, read_report
from chalicelib.watch import Watch

# The version of a moment is read once, as many clients that follow changes ask for the same.
MOMENTS_KEPT = 1024


class Service:
    """The settings, the database, and the newest picture of the whole city."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        geocoders = [GeopyGeocoder(one) for one in settings.geocoders]
        self.addresses = AddressBook(geocoders, Memory(database))
        self._pictures: Watch[Picture] = Watch(
            lambda known: database.read(partial(read_picture, known=known)),
            every_s=settings.refresh_s,
        )
        self._reports: Watch[Report] = Watch(
            lambda _: database.read(read_report), every_s=settings.refresh_s
        )
        self._version_as_of = lru_cache(MOMENTS_KEPT)(
            lambda as_of: database.read(partial(version_as_of, as_of=as_of))
        )
        self._feeds: tuple[Picture, Feeds] | None = None

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> "Service":
        """Build the service from the settings, without connecting yet."""
        settings = Settings.from_env(environment)
        return cls(settings, Database.at(settings.database))

    def picture(self) -> Picture:
        """Return the whole city as it is now, or as it last was while the database is down."""
        return self._pictures.newest()

    def report(self) -> Report:
        """Return the status of the whole system, or the last one while the database is down."""
        return self._reports.newest()

    def feeds(self) -> Feeds:
        """Return the GBFS feeds of that picture; before any data, of no stations, as of now."""
        picture = self.picture()
        clock = picture.state.event_clock
        if clock is None:
            return Feeds([], clock=datetime.now(UTC), settings=self.settings)
        if self._feeds is None or self._feeds[0] is not picture:
            self._feeds = picture, Feeds(picture.stations, clock=clock, settings=self.settings)
        return self._feeds[1]

    def version_as_of(self, as_of: datetime) -> int:
        """Return the newest version that an answer as of then is sure to include; -1 if unknown."""
        try:
            return self._version_as_of(as_of)
        except DatabaseUnavailableError:
            return -1

    def find_place(self, text: str) -> Place:
        """Find a place by a text: among the current stations, then by address."""
        picture = self.picture()
        area = area_of(
            picture.stations, name=self.settings.system_name, bounds=self.settings.map_bounds
        )
        try:
            return find_place(text, names=picture.names, area=area)
        except NameNotFoundError as unnamed:
            return find_address(
                text, book=self.addresses, area=area, names=picture.names, unnamed=unnamed
            )


@cache
def service() -> Service:
    """Build the graph on first use; importing this module reads nothing."""
    return Service.from_env(os.environ)
