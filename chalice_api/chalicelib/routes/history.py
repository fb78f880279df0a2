"""What happened over a span of time: at one station, and at all of them together."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chalice.app import Blueprint, Response
from psycopg2.extensions import cursor

from bikeshare.utc import utc_text
from chalicelib import queries
from chalicelib.answers import READS, Body, Dated, answer
from chalicelib.contract.stations import FROM, SHOW_FLOWS, SHOW_HISTORY, STEP, TO
from chalicelib.flows import flow_points, read_flows
from chalicelib.history import MAX_POINTS, Span, history_object, read_history
from chalicelib.parameters import Query, path_part, shown
from chalicelib.problems import InvalidParameterError, NotFoundError
from chalicelib.service import service
from chalicelib.stations import as_of

history = Blueprint(__name__)

DEFAULT_SPAN = timedelta(hours=6)


@history.route(SHOW_HISTORY.path, methods=READS)
def show_history(station_id: str) -> Response:
    """GET /api/v1/stations/3186/history?from=2019-07-01T08:00Z&to=2019-07-01T12:00Z&step=15m."""
    query = Query.of(history.current_request, SHOW_HISTORY)
    wanted = path_part(station_id)

    def ask(db: cursor) -> tuple[datetime | None, dict[str, Any] | None]:
        row = queries.one_station(db, wanted)
        clock = queries.system_state(db).event_clock
        if row is None:
            return clock, None
        span = asked_span(query, clock=clock)
        counted = read_history(db, row.station_id, span)
        return clock, history_object(row, span, counted, as_of=clock)

    clock, found = service().database.read(ask)
    if found is None:
        message = f"no station goes by the id {shown(wanted)}"
        raise NotFoundError(message)
    return answer(Body.of_json(found, dated=dated(clock)))


@history.route(SHOW_FLOWS.path, methods=READS)
def show_flows() -> Response:
    """GET /api/v1/flows?from=2019-07-01T00:00:00Z&to=2019-07-02T00:00:00Z&step=1h."""
    query = Query.of(history.current_request, SHOW_FLOWS)

    def ask(db: cursor) -> tuple[datetime | None, dict[str, Any]]:
        clock = queries.system_state(db).event_clock
        span = asked_span(query, clock=clock)
        return clock, {
            **as_of(clock),
            "from": utc_text(span.since),
            "to": utc_text(span.edge(span.points)),
            "step_s": int(span.step.total_seconds()),
            "points": flow_points(span, read_flows(db, span)),
        }

    clock, found = service().database.read(ask)
    return answer(Body.of_json(found, dated=dated(clock)))


def dated(clock: datetime | None) -> Dated | None:
    """Date an answer that late events may change without moving the clock."""
    return None if clock is None else Dated(clock, is_exact=False)


def asked_span(query: Query, *, clock: datetime | None) -> Span:
    """Return the span asked for; by default the last six hours of the event clock."""
    # Include the current minute.
    now = (clock or datetime.now(UTC)).replace(second=0, microsecond=0) + timedelta(minutes=1)
    until = query[TO] or now
    since = query[FROM] or until - DEFAULT_SPAN
    if since >= until:
        name = "from" if FROM in query else "to"
        message = "from must be before to, which is the event clock unless said"
        raise InvalidParameterError(message, parameter=name)
    span = Span.between(since, until, step=query[STEP])
    if span.points > MAX_POINTS:
        message = f"that is {span.points} steps; ask for at most {MAX_POINTS}, or a longer step"
        raise InvalidParameterError(message, parameter="step")
    return span
