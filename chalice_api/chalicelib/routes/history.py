"""What happened at one station over a span of time."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chalice.app import Blueprint, Response
from psycopg2.extensions import cursor

from chalicelib import queries
from chalicelib.answers import READS, Body, answer
from chalicelib.contract.stations import FROM, SHOW_HISTORY, STEP, TO
from chalicelib.history import MAX_POINTS, Span, history_object, read_history
from chalicelib.parameters import Query, path_part, shown
from chalicelib.problems import InvalidParameterError, NotFoundError
from chalicelib.service import service

history = Blueprint(__name__)

DEFAULT_SPAN = timedelta(hours=6)


@history.route(SHOW_HISTORY.path, methods=READS)
def show_history(station_id: str) -> Response:
    """GET /api/v1/stations/3186/history?from=2019-07-01T08:00Z&to=2019-07-01T12:00Z&step=15m."""
    query = Query.of(history.current_request, SHOW_HISTORY)
    wanted = path_part(station_id)

    def ask(db: cursor) -> dict[str, Any] | None:
        row = queries.one_station(db, wanted)
        if row is None:
            return None
        as_of = queries.system_state(db).event_clock
        span = asked_span(query, as_of=as_of or datetime.now(UTC))
        counted = read_history(db, row.station_id, span)
        return history_object(row, span, counted, as_of=as_of)

    found = service().database.read(ask)
    if found is None:
        message = f"no station goes by the id {shown(wanted)}"
        raise NotFoundError(message)
    return answer(Body.of_json(found))


def asked_span(query: Query, *, as_of: datetime) -> Span:
    """Read from when until when; the last six hours of the event clock unless said."""
    # The present minute is part of the present.
    now = as_of.replace(second=0, microsecond=0) + timedelta(minutes=1)
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
