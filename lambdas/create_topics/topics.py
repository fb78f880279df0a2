"""Create and adjust topics on whatever cluster an admin client is connected to."""

from collections.abc import Mapping
from typing import Any, Final

from kafka.admin import ConfigResource, ConfigResourceType

# As many replicas as is the brokers' default: three on MSK, one locally.
BROKERS_DEFAULT: Final = -1


def settle_topics(
    admin: Any,  # noqa: ANN401 - kafka-python has no types
    wanted: Mapping[str, int],
    *,
    retention_ms: int,
) -> dict[str, int]:
    """
    Create missing topics, add missing partitions, and set how long records are kept.

    Return the number of partitions of each topic afterwards. Kafka never removes a partition, so
    there may be more than were asked for; that is not an error.
    """
    there = _partitions(admin, wanted)
    configs = {"retention.ms": str(retention_ms)}
    missing = {topic: count for topic, count in wanted.items() if topic not in there}
    if missing:
        created = {topic: _described(count, configs) for topic, count in missing.items()}
        admin.create_topics(created, wait_for_metadata=True)
    fewer = {topic: wanted[topic] for topic, count in there.items() if count < wanted[topic]}
    if fewer:
        admin.create_partitions(fewer)
    if there:
        admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, topic, configs) for topic in there]
        )
    return {topic: max(count, there.get(topic, 0)) for topic, count in wanted.items()}


def _described(count: int, configs: Mapping[str, str]) -> Mapping[str, object]:
    return {
        "num_partitions": count,
        "replication_factor": BROKERS_DEFAULT,
        "configs": configs,
    }


def _partitions(admin: Any, wanted: Mapping[str, int]) -> dict[str, int]:  # noqa: ANN401
    known = sorted(set(admin.list_topics()) & wanted.keys())
    found = admin.describe_topics(known) if known else []
    return {topic["name"]: len(topic["partitions"]) for topic in found}
