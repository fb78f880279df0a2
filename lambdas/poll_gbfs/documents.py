"""What a polled document is: a list of feeds to poll, or a feed of stations to drop."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bikeshare.drops import Lane
from bikeshare.errors import UnavailableFeedError, UnreadableFileError
from bikeshare.snapshots import read_station_file
from bikeshare.stations import Feed

DEFAULT_TTL_S: Final = 60
LONGEST_TTL_S: Final = 3600
LANGUAGE: Final = "en"
# Addresses go into the log and the notebook. Many servers accept none that is longer either.
LONGEST_URL: Final = 2_000


@dataclass(frozen=True, kw_only=True)
class Discovery:
    """Where a system's station feeds are."""

    ttl_s: int
    urls: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StationFeed:
    """A feed that can be dropped as it is: its key, and a digest that tells contents apart."""

    ttl_s: int
    key: str
    digest: str
    feed_at: datetime


def document_of(content: bytes, *, now: datetime) -> Discovery | StationFeed:
    """Parse what was fetched; raise UnavailableFeedError if it is neither."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        start = content[:40].decode("utf-8", "replace")
        message = f"the answer is no JSON; it begins {start!r}"
        raise UnavailableFeedError(message) from error
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, dict):
        message = "the answer is JSON, but no GBFS: it has no object named data"
        raise UnavailableFeedError(message)
    if "stations" in data:
        return _station_feed(content, data, _ttl_s(document), now)
    return Discovery(ttl_s=_ttl_s(document), urls=tuple(_station_urls(data)))


def _ttl_s(document: Mapping[str, Any]) -> int:
    """Return for how many seconds the feed is valid; 0 means that it may change at any time."""
    ttl = document.get("ttl")
    if not isinstance(ttl, int) or isinstance(ttl, bool) or ttl < 0:
        return DEFAULT_TTL_S
    return min(ttl, LONGEST_TTL_S)


def _station_urls(data: Mapping[str, Any]) -> Iterable[str]:
    """Yield the URLs of the two feeds: GBFS 3 lists them directly, older versions by language."""
    by_language = {
        language: part["feeds"]
        for language, part in data.items()
        if isinstance(part, dict) and isinstance(part.get("feeds"), list)
    }
    first: list[Any] = next(iter(by_language.values()), [])
    listed = data.get("feeds") or by_language.get(LANGUAGE) or first
    if not isinstance(listed, list):
        message = "the list of feeds is no list"
        raise UnavailableFeedError(message)
    urls = {
        one["name"]: one.get("url")
        for one in listed
        if isinstance(one, dict) and isinstance(one.get("name"), str)
    }
    for feed in Feed:
        url = urls.get(feed)
        if not isinstance(url, str):
            message = f"the list of feeds names no {feed}"
            raise UnavailableFeedError(message)
        if len(url) > LONGEST_URL:
            message = f"the address of {feed} has {len(url)} characters, more than {LONGEST_URL}"
            raise UnavailableFeedError(message)
        yield url


def _station_feed(
    content: bytes, data: Mapping[str, Any], ttl_s: int, now: datetime
) -> StationFeed:
    try:
        snapshots = read_station_file(content, received_at=now, zone=ZoneInfo("UTC"))
    except UnreadableFileError as error:
        raise UnavailableFeedError(str(error)) from error
    feed, feed_at = snapshots[-1].feed, snapshots[-1].feed_at.astimezone(UTC)
    canonical = json.dumps(data["stations"], sort_keys=True).encode()
    return StationFeed(
        ttl_s=ttl_s,
        key=f"{Lane.STATIONS.prefix}{feed}/{feed_at:%Y%m%dT%H%M%SZ}.json",
        digest=hashlib.sha256(canonical).hexdigest(),
        feed_at=feed_at,
    )
