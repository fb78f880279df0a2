"""What happened at one station, step by step, and how many bikes it then had at each step."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from psycopg2.extensions import cursor

from bikeshare.utc import utc_text
from chalicelib.queries import StationRow
from chalicelib.stations import utc_text_or_none

MAX_POINTS: Final = 2_000
DAY: Final = timedelta(days=1)

# All that came after the span counts as one more step, as bikes are counted back from the present.
STEP_OF: Final = "least(floor(extract(epoch FROM at - %(since)s) / %(step_s)s), %(points)s)::int"

# Whole days are read from daily sums: those after the span, and its own if its steps are days.
FLOWS: Final = f"""
SELECT {STEP_OF}, sum(departures)::int, sum(arrivals)::int, 0, 0
FROM (
    SELECT at, departures, arrivals
    FROM station_alias
    JOIN dock_event USING (alias)
    WHERE station_id = %(id)s AND at >= %(since)s AND at < %(days_since)s
        AND day >= %(first_day)s AND day < %(days_since)s
    UNION ALL
    SELECT day, departures, arrivals
    FROM station_alias
    JOIN station_day_flow USING (alias)
    WHERE station_id = %(id)s AND day >= %(days_since)s
) counted (at, departures, arrivals)
GROUP BY 1
"""  # noqa: S608 - put together from constants

MOVES: Final = f"""
SELECT {STEP_OF}, 0, 0, sum(moved_in)::int, sum(moved_out)::int
FROM station_moves(%(id)s, %(since)s, 'infinity') AS counted (at, moved_in, moved_out)
GROUP BY 1
"""  # noqa: S608 - put together from constants


@dataclass(frozen=True, kw_only=True)
class Span:
    """A span from a whole minute on, in steps of whole minutes."""

    since: datetime
    step: timedelta
    points: int

    @classmethod
    def between(cls, since: datetime, until: datetime, *, step: timedelta) -> "Span":
        """Return whole steps from the minute of `since` that together reach `until`."""
        whole = since.replace(second=0, microsecond=0)
        return cls(since=whole, step=step, points=math.ceil((until - whole) / step))

    def edge(self, n: int) -> datetime:
        """Return the beginning of step `n`."""
        return self.since + n * self.step


def whole_days_since(span: Span) -> datetime:
    """Return the UTC midnight from which on no step ends within a day."""
    is_of_days = span.step == DAY and span.since == midnight_of(span.since)
    first = span.since if is_of_days else span.edge(span.points)
    midnight = midnight_of(first)
    return midnight if midnight == first else midnight + DAY


def midnight_of(moment: datetime) -> datetime:
    """Return the beginning of a moment's day in UTC."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


class Counted(NamedTuple):
    """What happened in one step."""

    departures: int = 0
    arrivals: int = 0
    moved_in: int = 0
    moved_out: int = 0


def read_history(db: cursor, station_id: str, span: Span) -> list[Counted]:
    """Count each step of a span, plus a last one for all that has happened since."""
    values = {
        "id": station_id,
        "since": span.since,
        "first_day": midnight_of(span.since),
        "days_since": whole_days_since(span),
        "step_s": span.step.total_seconds(),
        "points": span.points,
    }
    counted = [Counted()] * (span.points + 1)
    for statement in (FLOWS, MOVES):
        db.execute(statement, values)
        for step, *numbers in db.fetchall():
            counted[step] = Counted(*map(sum, zip(counted[step], numbers, strict=True)))
    return counted


def bikes_after(row: StationRow, counted: Sequence[Counted]) -> list[int | None]:
    """
    Count back from the present: what came later was not there yet, what left later still was.

    Without a snapshot, moves count too: a bike leaves a station when it turns up at another (T3).
    From a snapshot, only trips count (T4), before that snapshot as well as after it.
    """
    if row.num_bikes_available is None:
        return [None] * len(counted)
    bikes = row.num_bikes_available + (row.drift or 0)
    most = math.inf if row.capacity is None else row.capacity
    walked: list[int | None] = []
    for step in reversed(counted):
        held = bikes if row.anchored_at is None else int(max(0, min(bikes, most)))
        walked.append(max(0, held))
        bikes += step.departures - step.arrivals
        if row.anchored_at is None:
            bikes += step.moved_out - step.moved_in
    return walked[::-1]


def history_object(
    row: StationRow, span: Span, counted: Sequence[Counted], *, as_of: datetime | None
) -> dict[str, Any]:
    """Return the steps as an object; one that begins after the event clock has no count yet."""
    steps: Iterable[tuple[int, tuple[Counted, int | None]]] = enumerate(
        zip(counted[: span.points], bikes_after(row, counted), strict=False)
    )
    return {
        "as_of": utc_text_or_none(as_of),
        "station_id": row.station_id,
        "from": utc_text(span.since),
        "to": utc_text(span.edge(span.points)),
        "step_s": int(span.step.total_seconds()),
        "anchored_at": utc_text_or_none(row.anchored_at),
        "points": [
            {
                "at": utc_text(span.edge(n)),
                **step._asdict(),
                "bikes": bikes if as_of is not None and span.edge(n) <= as_of else None,
            }
            for n, (step, bikes) in steps
        ],
    }
