import pytest

from bikeshare.errors import SettingsError
from lambdas.create_topics.settings import TopicSettings

GOOD = {
    "KAFKA_BOOTSTRAP": "a:9098",
    "KAFKA_SECURITY": "PLAINTEXT",
    "TOPICS": "trips=4,drops=1",
    "TOPIC_RETENTION_MS": "604800000",
}


class TestTopicSettings:
    def test_topics_are_read_with_their_partitions(self) -> None:
        """The stage sets their number, and no default takes its place."""
        settings = TopicSettings.from_env(GOOD)
        assert settings.partitions == {"trips": 4, "drops": 1}
        assert settings.retention_ms == 7 * 24 * 3_600_000

    @pytest.mark.parametrize(
        ("name", "value"),
        [("TOPICS", ""), ("TOPICS", "trips"), ("TOPICS", "trips=0"), ("TOPIC_RETENTION_MS", "-1")],
    )
    def test_a_bad_value_is_named(self, name: str, value: str) -> None:
        """The deployment that fails because of it says why."""
        with pytest.raises(SettingsError, match=f"^{name} is"):
            TopicSettings.from_env(GOOD | {name: value})
