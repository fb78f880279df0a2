"""The GBFS feeds, in each version under its own path."""

from chalice.app import Blueprint, Response

from chalicelib.answers import READS, answer
from chalicelib.gbfs.feeds import DISCOVERY, FEEDS, Feed, path_of
from chalicelib.gbfs.links import public_address
from chalicelib.gbfs.versions import V2_3, Version
from chalicelib.service import service
from chalicelib.watch import warning_of

gbfs = Blueprint(__name__)


def show_feed(feed: Feed, version: Version) -> Response:
    """GET /gbfs/2.3/station_status.json; cache-busting parameters are ignored."""
    feeds, base = service().feeds(), ""
    if feed.has_links:
        base = public_address(gbfs.current_request, configured=feeds.settings.public_url)
    body = feeds.document(feed, version, base=base)
    return answer(body, cache=f"public, max-age={feed.ttl_s}", **warning_of(service().picture()))


def publish(path: str, feed: Feed, version: Version) -> None:
    """Register a feed's route."""
    name = f"gbfs_{path.strip('/').replace('/', '_').replace('.', '_')}"
    gbfs.route(path, methods=READS, name=name)(lambda: show_feed(feed, version))


publish(DISCOVERY, FEEDS[0], V2_3)
for one in FEEDS:
    for published in one.versions:
        publish(path_of(published, one.name), one, published)
