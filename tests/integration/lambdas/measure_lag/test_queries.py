from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import psycopg2
import pytest

from lambdas.measure_lag.queries import Applied, read_applied
from tests.support.served_stations import ServedState

pytestmark = pytest.mark.integration

NOW = datetime.fromisoformat("2026-03-01T12:00:00Z")
WINDOW = timedelta(minutes=10)
HOUR_S = 3600


@pytest.fixture
def state(database: str) -> Iterator[ServedState]:
    """The accounts that the measurement reads."""
    opened = ServedState(database)
    yield opened
    opened.close()


def land(
    state: ServedState,
    key: str,
    *,
    age_s: int,
    took_s: int | None = None,
    outcome: str | None = "published",
) -> None:
    """Insert a drop that came `age_s` ago, and took `took_s` if it is complete."""
    received_at = NOW - timedelta(seconds=age_s)
    completed_at = None if took_s is None else received_at + timedelta(seconds=took_s)
    lane, _, name = key.partition("/")
    state.put_drop(name, key=key, lane=lane, received_at=received_at)
    state.put_attempt(name, "a1", outcome=outcome, completed_at=completed_at)


def measured(state: ServedState) -> Applied:
    """Return what the measurement reads now."""
    with closing(psycopg2.connect(state.dsn)) as database:
        return read_applied(database, now=NOW, window=WINDOW)


class TestReadApplied:
    def test_tells_the_slowest_drop_that_a_lane_is_about(self, state: ServedState) -> None:
        """What is old, or not the stream's to apply, would sound the alarm for hours or forever."""
        land(state, "live/applying", age_s=40)
        land(state, "live/complete", age_s=300, took_s=60)
        land(state, "live/complete-before", age_s=2 * HOUR_S, took_s=HOUR_S)
        land(state, "live/publishing", age_s=HOUR_S, outcome=None)
        land(state, "live/refused", age_s=HOUR_S, took_s=HOUR_S - 1, outcome="refused")
        land(state, "live/older-than-a-day", age_s=25 * HOUR_S)
        land(state, "backfill/month", age_s=30)

        assert measured(state).slowest_s == {"live": 60.0, "backfill": 30.0}

    def test_counts_stations_as_live(self, state: ServedState) -> None:
        """One job applies both, and a snapshot that lags is as bad as a trip."""
        land(state, "live/trips.csv", age_s=40)
        land(state, "stations/feed.json", age_s=100)
        land(state, "backfill/month", age_s=30)

        assert measured(state).slowest_s == {"live": 100.0, "backfill": 30.0}

    def test_counts_the_records_that_nobody_brought_back(self, state: ServedState) -> None:
        """The alarm stays on until each is redriven, and then it ends."""
        state.execute(
            """
            INSERT INTO unreadable_record (
                topic, kafka_partition, kafka_offset, reason, redriven_at
            )
            VALUES ('trips', 0, 1, 'no Avro', NULL), ('trips', 0, 2, 'no Avro', %(now)s)
            """,
            {"now": NOW},
        )

        assert measured(state) == Applied(slowest_s={}, unreadable=1)
