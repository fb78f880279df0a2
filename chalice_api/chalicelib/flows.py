"""The flows of all stations together, step by step: trips that started and that ended."""

from typing import Any, Final

from psycopg2.extensions import cursor

from bikeshare.utc import utc_text
from chalicelib.history import STEP_OF, Span

SYSTEM_FLOWS: Final = f"""
SELECT {STEP_OF}, sum(departures)::int, sum(arrivals)::int
FROM system_flow AS counted (at)
WHERE at >= %(since)s AND at < %(until)s
GROUP BY 1
"""  # noqa: S608 - put together from constants


def read_flows(db: cursor, span: Span) -> list[tuple[int, int]]:
    """Count departures and arrivals in each step."""
    db.execute(
        SYSTEM_FLOWS,
        {
            "since": span.since,
            "until": span.edge(span.points),
            "step_s": span.step.total_seconds(),
            "points": span.points,
        },
    )
    counted = [(0, 0)] * span.points
    for step, departures, arrivals in db.fetchall():
        counted[step] = departures, arrivals
    return counted


def flow_points(span: Span, counted: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """Return the steps as objects."""
    return [
        {"at": utc_text(span.edge(n)), "departures": departures, "arrivals": arrivals}
        for n, (departures, arrivals) in enumerate(counted)
    ]
