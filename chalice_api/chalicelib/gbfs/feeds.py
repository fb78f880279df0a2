"""Every GBFS document, from one picture of the city: its head, its data, and its TTL."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from chalicelib.answers import Body, Dated
from chalicelib.gbfs import stations
from chalicelib.gbfs.versions import V2_3, V3_0, VERSIONS, Version
from chalicelib.queries import StationRow
from chalicelib.settings import Settings

# How long caches may keep a document, and so how long clients need not ask again.
STATIONS_TTL_S: Final = 10
SYSTEM_TTL_S: Final = 30
# 3.0 requires an address. This one is reserved for examples (RFC 2606), so it reaches nobody.
NO_CONTACT: Final = "feed-contact-is-not-set@example.com"
# In 3.0, a feed without a licence is in the public domain, which only the operator may declare.
NO_LICENSE: Final = "/docs#license"

Data = dict[str, Any]


class Asked(NamedTuple):
    """What a document is made from."""

    version: Version
    base: str
    settings: Settings
    listing: stations.Listing
    clock: datetime

    @property
    def language(self) -> str:
        """The one language of all texts."""
        return self.settings.facts.language

    def link(self, version: Version, name: str) -> str:
        """Return a feed's absolute URL."""
        return f"{self.base}{path_of(version, name)}"


class Feed(NamedTuple):
    """One kind of document, in the versions that have it."""

    name: str
    summary: str
    data: Callable[[Asked], Data]
    ttl_s: int
    versions: tuple[Version, ...] = VERSIONS
    is_listed: bool = True
    has_links: bool = False


def discovery(asked: Asked) -> Data:
    """List the feeds; 2.3 does so for each language."""
    feeds = [
        {"name": feed.name, "url": asked.link(asked.version, feed.name)}
        for feed in FEEDS
        if feed.is_listed and asked.version in feed.versions
    ]
    listed: Data = {"feeds": feeds}
    return {asked.language: listed} if asked.version is V2_3 else listed


def versions(asked: Asked) -> Data:
    """List the versions that we publish."""
    return {
        "versions": [
            {"version": version.number, "url": asked.link(version, "gbfs")} for version in VERSIONS
        ]
    }


def manifest(asked: Asked) -> Data:
    """List the one system of this deployment with its versions."""
    return {"datasets": [{"system_id": asked.settings.system_id} | versions(asked)]}


def system_information(asked: Asked) -> Data:
    """Describe the system; facts that are not set are left out."""
    settings, facts, version = asked.settings, asked.settings.facts, asked.version
    told: Data = {
        "system_id": settings.system_id,
        "name": version.text(settings.system_name, asked.language),
        "operator": facts.operator and version.text(facts.operator, asked.language),
        "timezone": settings.time_zone,
        "url": facts.url,
        "phone_number": facts.phone,
        "email": facts.email,
        "feed_contact_email": facts.feed_contact_email,
        "license_url": license_url(asked),
    }
    if version is V2_3:
        told["language"] = asked.language
    else:
        told["languages"] = [asked.language]
        told["opening_hours"] = facts.opening_hours
        told["license_id"] = facts.license_id
        told["feed_contact_email"] = facts.feed_contact_email or NO_CONTACT
        told["manifest_url"] = asked.link(version, "manifest")
    return {name: value for name, value in told.items() if value is not None}


def license_url(asked: Asked) -> str | None:
    """Return the licence's URL, None if it has only an id; without a licence, our page on that."""
    facts = asked.settings.facts
    return facts.license_url or (None if facts.license_id else f"{asked.base}{NO_LICENSE}")


def vehicle_types(asked: Asked) -> Data:
    """List bikes, and e-bikes if any station counts them separately."""
    bike = {
        "vehicle_type_id": stations.BIKE,
        "form_factor": "bicycle",
        "propulsion_type": "human",
        "name": asked.version.text("Bike", "en"),
    }
    ebike = bike | {
        "vehicle_type_id": stations.EBIKE,
        "propulsion_type": "electric_assist",
        "max_range_meters": asked.settings.facts.ebike_range_m,
        "name": asked.version.text("E-bike", "en"),
    }
    return {"vehicle_types": [bike, ebike] if asked.listing.has_ebikes else [bike]}


def station_information(asked: Asked) -> Data:
    """List what each station is."""
    return {
        "stations": [
            stations.information(row, asked.version, asked.language)
            for row in asked.listing.informed
        ]
    }


def station_status(asked: Asked) -> Data:
    """List how full each station is."""
    return {
        "stations": [
            stations.status(row, asked.version, asked.clock) for row in asked.listing.counted
        ]
    }


FEEDS: Final = (
    Feed("gbfs", "the list of feeds", discovery, SYSTEM_TTL_S, has_links=True),
    Feed("gbfs_versions", "the versions", versions, SYSTEM_TTL_S, has_links=True),
    # 3.0's list of feeds has no name for it; system_information links to it.
    Feed(
        *("manifest", "the systems, with their versions", manifest, SYSTEM_TTL_S),
        versions=(V3_0,),
        is_listed=False,
        has_links=True,
    ),
    Feed(
        *("system_information", "whose system it is", system_information, SYSTEM_TTL_S),
        has_links=True,
    ),
    Feed("vehicle_types", "bikes, and e-bikes where told", vehicle_types, STATIONS_TTL_S),
    Feed("station_information", "each station", station_information, STATIONS_TTL_S),
    Feed("station_status", "how full each station is", station_status, STATIONS_TTL_S),
)
# Where clients start that know nothing of versions, nearly all of which read 2.3.
DISCOVERY: Final = "/gbfs/gbfs.json"


def path_of(version: Version, name: str) -> str:
    """Return the path of a feed."""
    return f"/gbfs/{version.number}/{name}.json"


class Feeds:
    """The documents of one picture, each rendered once if it is the same for all requests."""

    def __init__(self, rows: list[StationRow], *, clock: datetime, settings: Settings) -> None:
        self.listing = stations.list_stations(rows)
        self._clock = clock
        self.settings = settings
        self._written: dict[tuple[str, str], Body] = {}

    def document(self, feed: Feed, version: Version, *, base: str) -> Body:
        """Return a document; one with links is rendered for each request, as `base` may differ."""
        if feed.has_links:
            return self._write(feed, version, base)
        key = (version.number, feed.name)
        if key not in self._written:
            self._written[key] = self._write(feed, version, base)
        return self._written[key]

    def _write(self, feed: Feed, version: Version, base: str) -> Body:
        asked = Asked(version, base, self.settings, self.listing, self._clock)
        return Body.of_json(
            {
                "last_updated": version.moment(self._clock),
                "ttl": feed.ttl_s,
                "version": version.number,
                "data": feed.data(asked),
            },
            dated=Dated(self._clock, is_exact=False),
        )
