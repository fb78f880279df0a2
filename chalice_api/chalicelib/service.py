"""The object graph, built once per container from the environment."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, partial

from chalicelib.database import Database
from chalicelib.gbfs.feeds import Feeds
from chalicelib.geocoding.book import AddressBook
from chalicelib.geocoding.memory import Memory
from chalicelib.geocoding.providers import GeopyGeocoder
from chalicelib.picture import Picture, read_changes, read_picture
from chalicelib.queries import SystemState, system_state
from chalicelib.search.addresses import find_address
from chalicelib.search.finder import NameNotFoundError, Place, area_of, find_place
from chalicelib.settings import Settings


class Service:
    """The settings, the database, and the newest picture of the whole city."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        geocoders = [GeopyGeocoder(one) for one in settings.geocoders]
        self.addresses = AddressBook(geocoders, Memory(database))
        self._picture: Picture | None = None
        self._feeds: tuple[Picture, Feeds] | None = None

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> "Service":
        """Read the settings; nothing is connected yet."""
        settings = Settings.from_env(environment)
        return cls(settings, Database.at(settings.database))

    def picture(self) -> Picture:
        """Give the whole city as it is now, read again only when a batch has changed something."""
        state: SystemState = self.database.read(system_state)
        picture = self._picture
        if picture is None or picture.state != state:
            picture = self._picture = self.database.read(read_picture)
        return picture

    def feeds(self) -> Feeds:
        """Give the GBFS feeds of that picture; before the first data, of no station as of now."""
        picture = self.picture()
        clock = picture.state.event_clock
        if clock is None:
            return Feeds([], clock=datetime.now(UTC), settings=self.settings)
        if self._feeds is None or self._feeds[0] is not picture:
            self._feeds = picture, Feeds(picture.stations, clock=clock, settings=self.settings)
        return self._feeds[1]

    def changes(self, version: int) -> Picture:
        """Give what changed after a version."""
        return self.database.read(partial(read_changes, version=version))

    def find_place(self, text: str) -> Place:
        """Read a place from a text, among the stations as they are now, then the addresses."""
        picture = self.picture()
        area = area_of(
            picture.stations, name=self.settings.system_name, bounds=self.settings.map_bounds
        )
        try:
            return find_place(text, names=picture.names, area=area)
        except NameNotFoundError as unnamed:
            return find_address(text, book=self.addresses, area=area, unnamed=unnamed)


@cache
def service() -> Service:
    """Build the graph on first use; importing this module reads nothing."""
    return Service.from_env(os.environ)
