"""The status in numbers, as OpenMetrics, for those who monitor many services with one tool."""

import platform
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.openmetrics.exposition import generate_latest

from chalicelib.drift import ErrorRow
from chalicelib.gbfs.stations import Listing
from chalicelib.queries import DropState, DropTotals, LaneRow, StationRow
from chalicelib.status import Report

STATION_STATES = ("closed", "unknown", "empty", "full", "open")
ROWS = ("read", "published", "rejected", "applied", "duplicate")


class Observed(NamedTuple):
    """What was read from the database, and when."""

    report: Report
    stations: list[StationRow]
    listing: Listing
    now: datetime


class _Families:
    """The collector that prometheus_client gets the metrics from."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def metrics_text(observed: Observed | None, *, build: str) -> bytes:
    """Return all metrics; without a database, those that say so."""
    families = _Families(_families(observed, build))
    return bytes(generate_latest(families))  # type: ignore[no-untyped-call]


def _families(observed: Observed | None, build: str) -> Iterator[Metric]:
    yield InfoMetricFamily(
        "bikeshare_api",
        "What answers: the page's build and the Python it runs on.",
        value={"build": build, "python": platform.python_version()},
    )
    yield gauge("database_up", "Whether the database answered.", float(observed is not None))
    if observed is None:
        return
    report = observed.report
    yield from clock(report, observed.now)
    yield from lanes(report.lanes)
    yield from rows(report.drops)
    yield by("drops", "Files by what became of them.", "state", drops_by_state(report.drops))
    yield gauge(
        "unreadable_records",
        "Kafka records set aside and not sent again.",
        report.totals.unreadable_records,
    )
    yield counter("trips", "Trips in the ledger.", report.totals.trips)
    yield by("stations", "Stations by state.", "state", stations_by_state(observed.stations))
    yield from gbfs(observed.listing)
    yield answer_error(report.errors)


def clock(report: Report, now: datetime) -> Iterator[Metric]:
    """Yield how far the stream has come; nothing about a clock that has not begun."""
    yield counter("state_changes", "Batches that were applied.", report.state.version)
    event_clock = report.state.event_clock
    if event_clock is not None:
        yield gauge(
            "event_clock_timestamp_seconds",
            "The newest departure, arrival or snapshot applied.",
            event_clock.timestamp(),
        )
        yield gauge(
            "event_clock_age_seconds",
            "How far the event clock is behind now; large when an old day is replayed.",
            (now - event_clock).total_seconds(),
        )


def lanes(newest: list[LaneRow]) -> Iterator[Metric]:
    """Yield metrics of each lane's newest batch."""
    lag = by(
        "lane_lag_seconds",
        "From the broker's time of the newest record of the newest batch to its commit.",
        "lane",
        {
            row.lane: (row.applied_at - row.newest_record_at).total_seconds()
            for row in newest
            if row.newest_record_at is not None
        },
    )
    applied = {row.lane: row.applied_at.timestamp() for row in newest}
    yield lag
    yield by("lane_applied_timestamp_seconds", "When the newest batch was.", "lane", applied)


def rows(drops: list[DropTotals]) -> Iterator[Metric]:
    """
    Yield the numbers of rows by their fate, which only rise.

    Duplicates count in complete files only: before that, rows not applied yet look like them.
    """
    whole = [row for row in drops if row.state == DropState.COMPLETE]
    for word in ROWS:
        counted = whole if word == "duplicate" else drops
        value = sum(getattr(row, f"rows_{word}") for row in counted)
        yield counter(f"rows_{word}", f"Rows {word}, over all files.", value)


def drops_by_state(drops: list[DropTotals]) -> dict[str, float]:
    """Count the files in each state, including states without any."""
    counts = {row.state: row.drops for row in drops}
    return {state: counts.get(state, 0) for state in DropState}


def stations_by_state(stations: list[StationRow]) -> dict[str, float]:
    """Count each station once, under the first of the states that it is in."""
    counts = Counter(state_of(row) for row in stations)
    return {state: counts[state] for state in STATION_STATES}


def state_of(row: StationRow) -> str:
    """Return the state in which a rider would find a station."""
    if False in (row.is_installed, row.is_renting, row.is_returning):
        return "closed"
    if row.num_bikes_available is None:
        return "unknown"
    if row.num_bikes_available == 0:
        return "empty"
    return "full" if row.num_docks_available == 0 else "open"


def gbfs(listing: Listing) -> Iterator[Metric]:
    """Yield how many stations are in the GBFS feeds, and how many are left out by reason."""
    told = {
        "station_information": float(len(listing.informed)),
        "station_status": float(len(listing.counted)),
    }
    missing = {reason: float(count) for reason, count in listing.left_out.items()}
    yield by("gbfs_stations", "Stations in each GBFS feed.", "feed", told)
    yield by(
        "gbfs_left_out_stations",
        "Stations that GBFS cannot tell of, by what is not known of them.",
        "reason",
        missing,
    )


def answer_error(errors: list[ErrorRow]) -> Metric:
    """Return how far off answers were when the next snapshot came; the sum is in bikes."""
    family = SummaryMetricFamily(
        "bikeshare_answer_error_bikes",
        "How far off an answer was when the next snapshot came, by the age of its anchor.",
        labels=("answer", "from_hours"),
        unit="bikes",
    )
    for row in errors:
        sums = {
            "anchor": row.anchor_error,
            "count": row.count_error,
            "estimate": row.estimate_error,
        }
        for answer, total in sums.items():
            family.add_metric((answer, str(row.from_hours)), row.snapshots, total)
    return family


def gauge(name: str, help_text: str, value: float) -> Metric:
    """Return a metric that goes up and down."""
    return GaugeMetricFamily(f"bikeshare_{name}", help_text, value=value, unit=unit_of(name))


def counter(name: str, help_text: str, value: float) -> Metric:
    """Return a metric that only rises; its sample's name ends in _total."""
    return CounterMetricFamily(f"bikeshare_{name}", help_text, value=value)


def by(name: str, help_text: str, label: str, values: dict[str, float]) -> Metric:
    """Return a gauge with one value per label."""
    family = GaugeMetricFamily(f"bikeshare_{name}", help_text, labels=(label,), unit=unit_of(name))
    for word, value in values.items():
        family.add_metric((word,), value)
    return family


def unit_of(name: str) -> str:
    """Return the unit that a name ends in, empty if in none."""
    return "seconds" if name.endswith("_seconds") else ""
