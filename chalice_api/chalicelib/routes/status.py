"""The state of the whole system, for people and probes."""

from datetime import UTC, datetime

from chalice.app import Blueprint, Response

from chalicelib.answers import NEVER_STORED, READS, Body, answer
from chalicelib.contract.status import SHOW_STATUS
from chalicelib.parameters import Query
from chalicelib.service import service
from chalicelib.status import status_object
from chalicelib.watch import warning_of

status = Blueprint(__name__)


@status.route(SHOW_STATUS.path, methods=READS)
def show_status() -> Response:
    """GET /api/v1/status: the event clock, each lane's lag, and every row's fate."""
    Query.of(status.current_request, SHOW_STATUS)
    report = service().report()
    now = datetime.now(UTC)
    shown = status_object(report, settings=service().settings, now=now)
    return answer(Body.of_json(shown), cache=NEVER_STORED, **warning_of(report))
