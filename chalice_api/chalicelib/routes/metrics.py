"""The status for Prometheus and anything else that reads OpenMetrics."""

from datetime import UTC, datetime

from chalice.app import Blueprint, Response

from chalicelib.answers import NEVER_STORED, READS, Body, answer
from chalicelib.assets import assets
from chalicelib.contract.feeds import METRICS_TYPE, SHOW_METRICS
from chalicelib.database import DatabaseUnavailableError
from chalicelib.parameters import Query
from chalicelib.service import service

metrics = Blueprint(__name__)


@metrics.route("/metrics", methods=READS)
def show_metrics() -> Response:
    """GET /metrics; a database that is down is itself a metric, not a reason to fail."""
    # Imported here, so that no rider waits for what only this route needs.
    from chalicelib.metrics import Observed, metrics_text

    Query.of(metrics.current_request, SHOW_METRICS)
    try:
        report = service().report()
        stations, listing = service().picture().stations, service().feeds().listing
    except DatabaseUnavailableError:
        observed = None
    else:
        # Old numbers would look like a quiet service.
        is_new = report.stale_since is None
        now = datetime.now(UTC)
        observed = Observed(report, stations, listing, now) if is_new else None
    text = metrics_text(observed, build=assets().build)
    return answer(Body(text), content_type=METRICS_TYPE, cache=NEVER_STORED)
