"""The map page and the files it loads."""

from html import escape

from chalice.app import Blueprint, Response

from chalicelib.answers import NEVER_STORED, READS, Body, answer
from chalicelib.assets import assets
from chalicelib.nearby import Need
from chalicelib.parameters import Query
from chalicelib.plain_answer import NOTHING_ASKED, PlainAnswer, answer_search
from chalicelib.problems import InvalidParameterError, NotFoundError
from chalicelib.service import service
from chalicelib.shell import (
    DEFAULT_BLOCKS,
    DEFAULT_NEED,
    MOST_BLOCKS,
    blocks_options,
    fill_shell,
    security_policy,
)

page = Blueprint(__name__)

HTML_TYPE = "text/html; charset=utf-8"
PAGE_PARAMETERS = ("q", "need", "blocks")
PAGE_CACHE = "public, max-age=10"
FOR_GOOD = "public, max-age=31536000, immutable"


@page.route("/", methods=READS)
def show_page() -> Response:
    """GET /?q=w+52+%26+11&need=dock&blocks=3, with the search answered in the page itself."""
    query = Query.of_link(page.current_request, known=PAGE_PARAMETERS)
    need, blocks = asked_view(query)
    found = asked_answer(query, need=need, blocks=blocks)
    built, settings = assets(), service().settings
    content = {
        "q": escape(query.raw("q")),
        "bike_checked": " checked" if need is Need.BIKE else "",
        "dock_checked": " checked" if need is Need.DOCK else "",
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
        cache=PAGE_CACHE,
        Content_Security_Policy=security_policy(settings.map_tiles_url),
        # Tile hosts turn away a page that does not say where it is from.
        Referrer_Policy="strict-origin-when-cross-origin",
        Permissions_Policy="geolocation=(self), camera=(), microphone=()",
    )


def asked_view(query: Query) -> tuple[Need, int]:
    """Read what for and how far; a link that was mistyped still leads to the map."""
    try:
        need = Need(query.choice("need", DEFAULT_NEED, ("bike", "dock")))
        return need, query.integer("blocks", DEFAULT_BLOCKS, least=1, most=MOST_BLOCKS)
    except InvalidParameterError:
        return Need(DEFAULT_NEED), DEFAULT_BLOCKS


def asked_answer(query: Query, *, need: Need, blocks: int) -> PlainAnswer:
    """Answer the search in the address; what is wrong with it is said on the page."""
    if not query.raw("q").strip():
        return NOTHING_ASKED
    try:
        text = query.search_text() or ""
    except InvalidParameterError as error:
        return NOTHING_ASKED._replace(message=escape(error.detail))
    return answer_search(service(), text, need=need, blocks=blocks)


@page.route("/static/{build}/{name}", methods=READS)
def show_asset(build: str, name: str) -> Response:
    """GET /static/5e8dd23d40ff/main.js, kept for good under the name of its build."""
    built = assets()
    asset = built.files.get(name)
    if asset is None:
        message = "the page has no such file"
        raise NotFoundError(message)
    cache = FOR_GOOD if build == built.build else NEVER_STORED
    return answer(asset.body, content_type=asset.content_type, cache=cache)
