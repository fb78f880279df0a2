"""What happened to each file that was dropped."""

from functools import partial

from chalice.app import Blueprint, Response

from chalicelib import queries
from chalicelib.answers import READS, Body, answer
from chalicelib.contract.drops import LANE, LIMIT, LIST_DROPS, SHOW_DROP, STATE
from chalicelib.drops import drop_list, drop_object
from chalicelib.parameters import Query, path_part, shown
from chalicelib.problems import NotFoundError
from chalicelib.service import service
from chalicelib.stations import as_of

drops = Blueprint(__name__)


@drops.route(LIST_DROPS.path, methods=READS)
def list_drops() -> Response:
    """GET /api/v1/drops?state=refused&lane=live&limit=20, newest first."""
    query = Query.of(drops.current_request, LIST_DROPS)
    ask = partial(queries.drops, lane=query[LANE], state=query[STATE], limit=query[LIMIT])
    state, rows = service().database.read(lambda db: (queries.system_state(db), ask(db)))
    return answer(Body.of_json(drop_list(state.event_clock, rows)))


@drops.route(SHOW_DROP.path, methods=READS)
def show_drop(drop_id: str) -> Response:
    """GET /api/v1/drops/4f1c…, one file with each of its attempts."""
    Query.of(drops.current_request, SHOW_DROP)
    wanted = path_part(drop_id)
    state, row = service().database.read(
        lambda db: (queries.system_state(db), queries.one_drop(db, wanted))
    )
    if row is None:
        message = f"no drop has the id {shown(wanted)}"
        raise NotFoundError(message)
    return answer(Body.of_json(as_of(state.event_clock) | drop_object(row)))
