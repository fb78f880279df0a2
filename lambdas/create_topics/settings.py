"""The settings that the deploy gives to the function that creates the topics."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bikeshare.errors import SettingsError
from lambdas.environment import whole_number
from lambdas.settings import PublisherSettings

FORM: Final = "topic=partitions,… such as trips=4,drops=1"


@dataclass(frozen=True, kw_only=True)
class TopicSettings:
    """Where the brokers are, which topics there should be, and how long they keep a record."""

    kafka: PublisherSettings
    partitions: Mapping[str, int]
    retention_ms: int

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "TopicSettings":
        """Read the variables; raise SettingsError naming the one that is missing or wrong."""
        return cls(
            kafka=PublisherSettings.from_env(env),
            partitions=_partitions(env.get("TOPICS", "")),
            retention_ms=whole_number(env, "TOPIC_RETENTION_MS"),
        )


def _partitions(value: str) -> Mapping[str, int]:
    pairs = [pair.strip().partition("=") for pair in value.split(",")]
    if not all(topic and count.isdecimal() and int(count) for topic, _, count in pairs):
        message = f"TOPICS is {value!r}: it must be {FORM}"
        raise SettingsError(message)
    return {topic: int(count) for topic, _, count in pairs}
