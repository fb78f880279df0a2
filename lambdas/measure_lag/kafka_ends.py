"""Where Kafka's topics begin and end, according to the brokers."""

from collections.abc import Mapping, Sequence
from typing import Any

from kafka import TopicPartition

from lambdas.measure_lag.checkpoints import Partition

Offsets = Mapping[Partition, int]


def begins_and_ends(consumer: Any, topics: Sequence[str]) -> tuple[Offsets, Offsets]:  # noqa: ANN401
    """Return the first offset, and the one after the last, of every partition."""
    asked = [
        TopicPartition(topic, partition)
        for topic in topics
        for partition in sorted(consumer.partitions_for_topic(topic) or ())
    ]
    begins, ends = consumer.beginning_offsets(asked), consumer.end_offsets(asked)
    return (
        {(at.topic, at.partition): offset for at, offset in begins.items()},
        {(at.topic, at.partition): offset for at, offset in ends.items()},
    )
