"""The map page and the files it loads."""

from datetime import UTC, datetime
from html import escape

from chalice.app import Blueprint, Response

from chalicelib.answers import HTML_TYPE, NEVER_STORED, READS, Body, answer
from chalicelib.assets import assets
from chalicelib.contract import parameter
from chalicelib.contract.search import DEFAULT_BLOCKS, NEED, Q
from chalicelib.nearby import Need
from chalicelib.parameters import Query, in_order
from chalicelib.plain_answer import NOTHING_ASKED, PlainAnswer, answer_search
from chalicelib.problems import InvalidParameterError, NotFoundError
from chalicelib.service import service
from chalicelib.settings import Settings
from chalicelib.shell import (
    MOST_BLOCKS,
    blocks_options,
    fill_shell,
    geocoder_credit,
    plain_title,
    security_policy,
)

page = Blueprint(__name__)

BLOCKS = parameter.whole_number(
    "blocks",
    "How far one would walk.",
    within=(1, MOST_BLOCKS),
    default=DEFAULT_BLOCKS,
    example=3,
)
PAGE_PARAMETERS = (Q, NEED, BLOCKS)
PAGE_CACHE = "public, max-age=10"
PRIVATE = "private, no-store"
FOR_GOOD = "public, max-age=31536000, immutable"


@page.route("/", methods=READS)
def show_page() -> Response:
    """GET /?q=w+52+%26+11&need=dock&blocks=3, with the search answered in the page itself."""
    query = Query.of_link(page.current_request, known=PAGE_PARAMETERS)
    blocks = asked_blocks(query)
    found = asked_answer(query, blocks=blocks)
    built, settings = assets(), service().settings
    content = {
        "page_title": page_title(found, settings),
        "geocoder_credit": geocoder_credit(settings),
        "q": escape(query.raw(Q)),
        "bike_checked": " checked" if found.need is Need.BIKE else "",
        "ebike_checked": " checked" if found.need is Need.EBIKE else "",
        # The page finds out by itself whether e-bikes are counted at all.
        "ebike_hidden": "" if found.need is Need.EBIKE else " hidden",
        "dock_checked": " checked" if found.need is Need.DOCK else "",
        "blocks_options": blocks_options(blocks),
        "message": found.message,
        "message_hidden": "" if found.message else " hidden",
        "results_title": found.title,
        "results_note": found.note,
        "results": found.rows,
        "picture": found.picture,
    }
    html = fill_shell(built.shell, build=built.build, settings=settings, content=content)
    return answer(
        Body(html.encode()),
        content_type=HTML_TYPE,
        cache=PRIVATE if query.raw(Q) else PAGE_CACHE,
        Content_Security_Policy=security_policy(settings.map_tiles_url),
        # Tile hosts reject requests without a Referer.
        Referrer_Policy="strict-origin-when-cross-origin",
        Permissions_Policy="geolocation=(self), camera=(), microphone=()",
    )


def page_title(found: PlainAnswer, settings: Settings) -> str:
    """Return the page's title, after what it answers."""
    usual = escape(plain_title(settings))
    return f"{found.title}: {usual}" if found.rows else usual


def asked_need(query: Query) -> Need | None:
    """Return what is needed, if given and valid; a mistyped link still leads to the map."""
    word = query.raw(NEED)
    return Need(word) if word in (Need.BIKE, Need.EBIKE, Need.DOCK) else None


def asked_blocks(query: Query) -> int:
    """Return how many blocks to walk, with the same leniency."""
    try:
        return query[BLOCKS]
    except InvalidParameterError:
        return DEFAULT_BLOCKS


def asked_answer(query: Query, *, blocks: int) -> PlainAnswer:
    """Answer the search in the address; any error in it is shown on the page."""
    need = asked_need(query)
    nothing = NOTHING_ASKED._replace(need=need or NOTHING_ASKED.need)
    if not query.raw(Q).strip():
        return nothing
    try:
        text = in_order(query[Q] or "")
    except InvalidParameterError as error:
        return nothing._replace(message=escape(error.detail))
    now = datetime.now(UTC)
    return answer_search(service(), text, need=need, blocks=blocks, now=now)


@page.route("/static/{build}/{name}", methods=READS)
def show_asset(build: str, name: str) -> Response:
    """GET /static/5e8dd23d40ff/main.js, cached for good under the name of its build."""
    built = assets()
    asset = built.files.get(name)
    if asset is None:
        message = "the page has no such file"
        raise NotFoundError(message)
    cache = FOR_GOOD if build == built.build else NEVER_STORED
    return answer(asset.body, content_type=asset.content_type, cache=cache)
