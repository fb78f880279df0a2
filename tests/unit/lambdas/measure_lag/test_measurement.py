from lambdas.measure_lag.measurement import LaneLag, records_behind


class TestRecordsBehind:
    def test_it_is_what_kafka_has_and_the_stream_has_not_applied(self) -> None:
        """Spark tells Kafka nothing, so nobody else can know."""
        ends = {("trips", 0): 10, ("trips", 1): 20}
        assert records_behind(dict.fromkeys(ends, 0), ends, {("trips", 0): 8}) == 2 + 20

    def test_what_kafka_has_forgotten_does_not_count(self) -> None:
        """It cannot be read any more; the sweep publishes those drops again."""
        assert records_behind({("trips", 0): 90}, {("trips", 0): 100}, {("trips", 0): 5}) == 10

    def test_it_is_never_less_than_nothing(self) -> None:
        """A cluster made anew begins at 0 below an old checkpoint."""
        assert records_behind({("trips", 0): 0}, {("trips", 0): 3}, {("trips", 0): 70}) == 0


class TestLaneLag:
    def test_what_is_not_known_makes_no_metric(self) -> None:
        """A null in a log line would count as something."""
        lag = LaneLag(lane="live", records_behind=0, batch_s=None, slowest_drop_s=None)
        assert lag.told() == {"lane": "live", "records_behind": 0}
