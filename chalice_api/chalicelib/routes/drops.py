"""What happened to each file that was dropped."""

from chalice.app import Blueprint, Response
from psycopg2.extensions import cursor

from chalicelib import queries
from chalicelib.answers import READS, Body, Dated, answer
from chalicelib.contract.drops import AFTER, LANE, LIMIT, LIST_DROPS, SHOW_DROP, STATE
from chalicelib.drops import drop_list, drop_object
from chalicelib.parameters import Query, path_part, shown
from chalicelib.problems import NotFoundError
from chalicelib.queries import DropPage, DropRow, SystemState
from chalicelib.service import service
from chalicelib.stations import as_of

drops = Blueprint(__name__)


@drops.route(LIST_DROPS.path, methods=READS)
def list_drops() -> Response:
    """GET /api/v1/drops?state=refused&lane=live&limit=20, newest first."""
    query = Query.of(drops.current_request, LIST_DROPS)
    limit = query[LIMIT]
    # Fetch one more than is shown, to know whether there are more.
    page = DropPage(query[LANE], query[STATE], query[AFTER], limit + 1)

    def ask(db: cursor) -> tuple[SystemState, list[DropRow]]:
        if page.after is not None and queries.one_drop(db, page.after) is None:
            message = f"no drop has the id {shown(page.after)}; give the next_after of a list"
            raise NotFoundError(message, parameter=AFTER.name)
        return queries.system_state(db), queries.drops(db, page)

    state, rows = service().database.read(ask)
    next_after = rows[limit - 1].drop_id if len(rows) > limit else None
    return answered(state, drop_list(state.event_clock, rows[:limit], next_after=next_after))


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
    return answered(state, as_of(state.event_clock) | drop_object(row))


def answered(state: SystemState, content: dict[str, object]) -> Response:
    """Date the answer; drops change without events, so the date alone does not identify it."""
    clock = state.event_clock
    dated = None if clock is None else Dated(clock, is_exact=False)
    return answer(Body.of_json(content, dated=dated))
