"""Called by the deploy: create the topics before anybody writes to or reads from them."""

import os
from contextlib import closing
from typing import Any

from kafka import KafkaAdminClient

from lambdas.create_topics.settings import TopicSettings
from lambdas.create_topics.topics import settle_topics
from lambdas.kafka import client_settings


def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """Create the topics; an error fails the deploy, and calling again changes nothing."""
    settings = TopicSettings.from_env(os.environ)
    with closing(KafkaAdminClient(**client_settings(settings.kafka))) as admin:
        return settle_topics(admin, settings.partitions, retention_ms=settings.retention_ms)
