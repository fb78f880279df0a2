"""What happened to each file that was dropped."""

from functools import partial
from urllib.parse import unquote

from chalice.app import Blueprint, Response

from bikeshare.drops import Lane
from chalicelib import queries
from chalicelib.answers import READS, Body, answer
from chalicelib.drops import drop_list, drop_object
from chalicelib.parameters import Query, shown
from chalicelib.problems import NotFoundError
from chalicelib.service import service

drops = Blueprint(__name__)

LIST_PARAMETERS = ("lane", "state", "limit")
STATES = ("publishing", "applying", "complete", "refused")
DEFAULT_LIMIT = 100
MAX_LIMIT = 1000


@drops.route("/api/v1/drops", methods=READS)
def list_drops() -> Response:
    """GET /api/v1/drops?state=refused&lane=live&limit=20, newest first."""
    query = Query.of(drops.current_request, known=LIST_PARAMETERS)
    ask = partial(
        queries.drops,
        lane=query.choice("lane", None, tuple(Lane)),
        state=query.choice("state", None, STATES),
        limit=query.integer("limit", DEFAULT_LIMIT, least=1, most=MAX_LIMIT),
    )
    state, rows = service().database.read(lambda db: (queries.system_state(db), ask(db)))
    return answer(Body.of_json(drop_list(state.event_clock, rows)))


@drops.route("/api/v1/drops/{drop_id}", methods=READS)
def show_drop(drop_id: str) -> Response:
    """GET /api/v1/drops/4f1c…, one file with each of its attempts."""
    Query.of(drops.current_request, known=())
    wanted = unquote(drop_id)
    row = None
    if "\x00" not in wanted:
        row = service().database.read(partial(queries.one_drop, drop_id=wanted))
    if row is None:
        message = f"no drop has the id {shown(wanted)}"
        raise NotFoundError(message)
    return answer(Body.of_json(drop_object(row)))
