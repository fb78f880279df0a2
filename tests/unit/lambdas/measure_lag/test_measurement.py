from datetime import UTC, datetime, timedelta

from lambdas.measure_lag.checkpoints import AppliedBatch
from lambdas.measure_lag.measurement import LaneLag, Progress, lane_lag, records_behind

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
EARLIER = NOON - timedelta(minutes=20)
AT = ("trips", 0)


class TestRecordsBehind:
    def test_it_is_what_kafka_has_and_the_stream_has_not_applied(self) -> None:
        """Spark commits no offsets to Kafka, so nothing else can know."""
        ends = {("trips", 0): 10, ("trips", 1): 20}
        assert records_behind(dict.fromkeys(ends, 0), ends, {("trips", 0): 8}) == 2 + 20

    def test_what_kafka_has_forgotten_does_not_count(self) -> None:
        """It cannot be read any more; the sweep publishes those drops again."""
        assert records_behind({("trips", 0): 90}, {("trips", 0): 100}, {("trips", 0): 5}) == 10

    def test_it_is_never_less_than_nothing(self) -> None:
        """A recreated cluster starts at 0, below an old checkpoint."""
        assert records_behind({("trips", 0): 0}, {("trips", 0): 3}, {("trips", 0): 70}) == 0


class TestLaneLag:
    def test_what_is_not_known_makes_no_metric(self) -> None:
        """A null in a log line would count as something."""
        lag = LaneLag(
            lane="live", records_behind=0, batch_s=None, slowest_drop_s=None, stalled_s=None
        )
        assert lag.told() == {"lane": "live", "records_behind": 0}

    def test_a_lane_is_stalled_since_it_applied_something(self) -> None:
        """A query that fails and restarts forever looks fine to anyone watching the job."""
        batch = AppliedBatch(next_offsets={AT: 4}, began_at=EARLIER, ended_at=EARLIER)
        assert stalled_s(Progress(batch=batch, began_at=None), end=5) == 1200
        assert stalled_s(Progress(batch=batch, began_at=None), end=4) == 0

    def test_before_its_first_batch_since_it_began(self) -> None:
        """The first batch may be the one that fails."""
        assert stalled_s(Progress(batch=None, began_at=EARLIER), end=1) == 1200
        assert stalled_s(Progress(batch=None, began_at=None), end=1) is None


def stalled_s(progress: Progress, *, end: int) -> float | None:
    """Return for how long a lane is stalled whose one partition ends there."""
    log = ({AT: 0}, {AT: end})
    return lane_lag("live", log=log, progress=progress, slowest_s=None, now=NOON).stalled_s
