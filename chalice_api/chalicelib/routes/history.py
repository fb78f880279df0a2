"""What happened at one station over a span of time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from chalice.app import Blueprint, Response
from psycopg2.extensions import cursor

from chalicelib import queries
from chalicelib.answers import READS, Body, answer
from chalicelib.history import MAX_POINTS, Span, history_object, read_history
from chalicelib.parameters import Query, shown
from chalicelib.problems import InvalidParameterError, NotFoundError
from chalicelib.service import service

history = Blueprint(__name__)

PARAMETERS = ("from", "to", "step")
DEFAULT_SPAN = timedelta(hours=6)
DEFAULT_STEP = timedelta(minutes=15)


@history.route("/api/v1/stations/{station_id}/history", methods=READS)
def show_history(station_id: str) -> Response:
    """GET /api/v1/stations/3186/history?from=2019-07-01T08:00Z&to=2019-07-01T12:00Z&step=15m."""
    query = Query.of(history.current_request, known=PARAMETERS)
    wanted = unquote(station_id)
    step = query.step("step", DEFAULT_STEP)

    def ask(db: cursor) -> dict[str, Any] | None:
        row = queries.one_station(db, wanted)
        if row is None:
            return None
        as_of = queries.system_state(db).event_clock
        span = asked_span(query, step=step, as_of=as_of or datetime.now(UTC))
        counted = read_history(db, row.station_id, span)
        return history_object(row, span, counted, as_of=as_of)

    found = None if "\x00" in wanted else service().database.read(ask)
    if found is None:
        message = f"no station goes by the id {shown(wanted)}"
        raise NotFoundError(message)
    return answer(Body.of_json(found))


def asked_span(query: Query, *, step: timedelta, as_of: datetime) -> Span:
    """Read from when until when; the last six hours of the event clock unless said."""
    # The present minute is part of the present.
    now = as_of.replace(second=0, microsecond=0) + timedelta(minutes=1)
    until = query.moment("to", now)
    since = query.moment("from", until - DEFAULT_SPAN)
    if since >= until:
        name = "from" if "from" in query else "to"
        message = "from must be before to, which is the event clock unless said"
        raise InvalidParameterError(message, parameter=name)
    span = Span.between(since, until, step=step)
    if span.points > MAX_POINTS:
        message = f"that is {span.points} steps; ask for at most {MAX_POINTS}, or a longer step"
        raise InvalidParameterError(message, parameter="step")
    return span
