"""The broker driver, against the broker."""

from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer

from bikeshare.topics import ALL_TOPICS, TRIPS
from local_stack.services.broker import Broker

pytestmark = pytest.mark.integration


def first_value(broker: Broker, topic: str) -> bytes:
    """Read the oldest record of a topic."""
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=broker.bootstrap,
        auto_offset_reset="earliest",
        consumer_timeout_ms=10_000,
    )
    value = next(iter(consumer)).value
    consumer.close()
    return value


class TestBroker:
    """What a client of the broker relies on."""

    def test_keeps_records_over_a_kill(self, tmp_path: Path) -> None:
        """An acknowledged record is still there after the broker was killed and came back."""
        with Broker(home=tmp_path) as broker:
            producer = KafkaProducer(bootstrap_servers=broker.bootstrap, acks="all")
            producer.send(TRIPS, b"a record").get(timeout=10)
            producer.close()
            assert broker.child is not None
            broker.child._process.kill()

            broker.stop()
            broker.start()

            assert first_value(broker, TRIPS) == b"a record"

    def test_has_the_products_topics(self, tmp_path: Path) -> None:
        """Spark fails on a missing topic, so they exist before anyone asks."""
        with Broker(home=tmp_path) as broker:
            admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
            topics = set(admin.list_topics())
            admin.close()

        assert topics >= set(ALL_TOPICS)
