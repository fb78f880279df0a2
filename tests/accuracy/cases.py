"""The question put to every estimator: how many bikes there are, this long after the anchor."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

from tests.accuracy.docks import Docks
from tests.accuracy.history import Reading, pairs

# Hours since the anchor, with the range that counts as each: status rows come at odd times.
AGES = {1: (0.5, 1.5), 6: (4, 8), 12: (10, 14), 24: (20, 28), 48: (44, 52), 72: (68, 76)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that is known at the time asked about, and what the station then reported (`found`)."""

    station_id: str
    anchored_at: datetime
    age: timedelta
    hours: int
    found: int
    capacity: int
    anchor: int
    net: int
    events: int
    placed_at_anchor: int
    placed: int
    brought: int
    taken: int
    strangers_gone: int
    strangers_seen_before: int
    missing_found: int
    strangers_after: float
    missing_after: float
    typical: float
    truck_rate: float


def cases(readings: Mapping[str, Sequence[Reading]], docks: Mapping[str, Docks]) -> Iterator[Case]:
    """Yield every pair of readings of a station that is one of the ages apart."""
    for station_id, rows in readings.items():
        capacity = max(row.capacity for row in rows)
        for number, anchor, found in pairs(rows):
            hours = age_of(found.at - anchor.at)
            if hours:
                then = docks[station_id].as_known(found.at)
                yield Case(
                    station_id=station_id,
                    anchored_at=anchor.at,
                    age=found.at - anchor.at,
                    hours=hours,
                    found=found.bikes,
                    capacity=capacity,
                    anchor=anchor.bikes,
                    typical=fmean(row.bikes for row in rows[: number + 1]),
                    truck_rate=truck_rate(rows[: number + 1], then),
                    **known_between(then, anchor.at, found.at),  # type: ignore[arg-type]
                )


def age_of(age: timedelta) -> int | None:
    """Return the reported age that this one counts as, if any."""
    hours = age / timedelta(hours=1)
    return next((name for name, (low, high) in AGES.items() if low <= hours <= high), None)


def known_between(docks: Docks, since: datetime, until: datetime) -> dict[str, float]:
    """Count what docks as known at `until` reveal about (since, until]."""
    changes = [one.change for one in docks.events if since < one.at <= until]
    placed = [one for one in docks.stays if one.since <= since < one.until]
    missing = [one for one in placed if one.was_taken and one.until <= until]
    came = [one for one in docks.appearances if since < one.at <= until]
    strangers = [one for one in came if one.left_elsewhere_at <= since]
    seen_before = [one for one in strangers if not one.is_first]
    return {
        "net": sum(changes),
        "events": len(changes),
        "placed_at_anchor": len(placed),
        "placed": sum(one.since <= until < one.until for one in docks.stays),
        "brought": len(came) - len(strangers),
        "taken": sum(
            one.was_taken and one.until <= until for one in docks.stays if one.since > since
        ),
        "strangers_gone": len(strangers),
        "strangers_seen_before": len(seen_before),
        "missing_found": len(missing),
        "strangers_after": sum(
            (one.at - since) / (one.at - one.left_elsewhere_at) for one in seen_before
        ),
        "missing_after": sum((one.until - since) / (one.until - one.since) for one in missing),
    }


def truck_rate(readings: Sequence[Reading], docks: Docks) -> float:
    """Return the bikes per hour that readings so far showed beyond what riders brought and took."""
    if len(readings) < 2:
        return 0.0
    first, last = readings[0], readings[-1]
    net = sum(one.change for one in docks.events if first.at < one.at <= last.at)
    return (last.bikes - first.bikes - net) / ((last.at - first.at) / timedelta(hours=1))
