"""The function that creates the topics, against a real broker."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from lambdas.create_topics.handler import handler
from local_stack.services.broker import Broker

pytestmark = pytest.mark.integration

WEEK_MS = 7 * 24 * 3_600_000


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One broker for all of these tests; each has its own topics."""
    with Broker(home=tmp_path_factory.mktemp("broker")) as started:
        yield started


def create(broker: Broker, monkeypatch: pytest.MonkeyPatch, topics: str, ms: int = WEEK_MS) -> None:
    """Call the function as the deployment does."""
    given = {
        "KAFKA_BOOTSTRAP": broker.bootstrap,
        "KAFKA_SECURITY": "PLAINTEXT",
        "TOPICS": topics,
        "TOPIC_RETENTION_MS": str(ms),
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    handler({}, None)


def partitions(broker: Broker, topic: str) -> int:
    """Return how many partitions the broker has for a topic."""
    with closing(KafkaAdminClient(bootstrap_servers=broker.bootstrap)) as admin:
        [found] = admin.describe_topics([topic])
        return len(found["partitions"])


def retention_ms(broker: Broker, topic: str) -> int:
    """Return how long the broker keeps a record."""
    with closing(KafkaAdminClient(bootstrap_servers=broker.bootstrap)) as admin:
        told = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    return int(told["topic"][topic]["retention.ms"]["value"])


class TestHandler:
    def test_a_new_cluster_has_the_topics_afterwards(
        self, broker: Broker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """MSK Serverless takes no topics from CloudFormation, and clients may not create any."""
        create(broker, monkeypatch, "first=3,second=1")
        assert (partitions(broker, "first"), partitions(broker, "second")) == (3, 1)
        assert retention_ms(broker, "first") == WEEK_MS

    def test_the_next_deploy_widens_and_never_narrows(
        self, broker: Broker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A stage grows by a line in its settings; Kafka cannot remove partitions."""
        create(broker, monkeypatch, "grown=1")
        create(broker, monkeypatch, "grown=4", 2 * WEEK_MS)
        assert (partitions(broker, "grown"), retention_ms(broker, "grown")) == (4, 2 * WEEK_MS)
        create(broker, monkeypatch, "grown=2")
        assert (partitions(broker, "grown"), retention_ms(broker, "grown")) == (4, WEEK_MS)
