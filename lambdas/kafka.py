"""The one way into Kafka: every record is confirmed by the brokers, or the drop is tried again."""

from collections import deque
from collections.abc import Mapping
from typing import Any, Final, Protocol

from kafka import KafkaProducer
from kafka.errors import KafkaError
from kafka.net.sasl.oauth import AbstractTokenProvider

from bikeshare.errors import UnpublishedRecordError
from lambdas.settings import KafkaSecurity, PublisherSettings

# Well below the functions' timeout, so that a broker that is down is an error and not a kill.
DELIVERY_TIMEOUT_S: Final = 60
REQUEST_TIMEOUT_S: Final = 20
METADATA_TIMEOUT_S: Final = 30

# kafka-python 3 buffers without a limit; this is ours.
MAX_UNCONFIRMED_BYTES: Final = 16 * 1024 * 1024

# Large, as kafka-python is slow per batch; below the 1 MB that brokers accept, compressed or not.
BATCH_BYTES: Final = 896 * 1024
# Lets a batch fill while rows are read. Nobody waits for it: `confirm` sends the rest at once.
LINGER_MS: Final = 100


class RecordSender(Protocol):
    """What a publisher needs from Kafka."""

    def send(self, topic: str, value: bytes) -> None:
        """Send a record, some time before `confirm` returns."""

    def confirm(self) -> None:
        """Wait until the brokers have every record; raise UnpublishedRecordError if they don't."""


class MskToken(AbstractTokenProvider):  # type: ignore[misc]  # kafka-python has no types
    """Signs in to MSK with the role that the function runs as."""

    def __init__(self, region: str) -> None:
        super().__init__()
        self._region = region

    def token(self) -> str:
        """Return a token that is valid for fifteen minutes, made by AWS's own signer."""
        from aws_msk_iam_sasl_signer import MSKAuthTokenProvider

        token, _expires_at_ms = MSKAuthTokenProvider.generate_auth_token(self._region)
        return str(token)


class ConfirmedSender:
    """A producer that keeps track of what is in flight and checks every single acknowledgement."""

    def __init__(self, producer: Any) -> None:  # noqa: ANN401 - kafka-python has no types
        self._producer = producer
        self._on_their_way: deque[tuple[Any, int]] = deque()
        self._unconfirmed_bytes = 0

    def send(self, topic: str, value: bytes) -> None:
        """Send a record; wait for the oldest ones when too much is in flight."""
        try:
            future = self._producer.send(topic, value)
        except KafkaError as error:
            message = f"a record for topic {topic} could not be sent: {error}"
            raise UnpublishedRecordError(message) from error
        self._on_their_way.append((future, len(value)))
        self._unconfirmed_bytes += len(value)
        while self._unconfirmed_bytes > MAX_UNCONFIRMED_BYTES:
            self._await_oldest()

    def confirm(self) -> None:
        """Wait until the brokers have every record."""
        try:
            self._producer.flush(timeout=DELIVERY_TIMEOUT_S + REQUEST_TIMEOUT_S)
        except KafkaError as error:
            message = f"the brokers did not confirm all records: {error}"
            raise UnpublishedRecordError(message) from error
        while self._on_their_way:
            self._await_oldest()

    def close(self) -> None:
        """Close the connections; what is still in flight is for the next try to send."""
        self._on_their_way.clear()
        self._unconfirmed_bytes = 0
        self._producer.close(timeout=0)

    def _await_oldest(self) -> None:
        future, size = self._on_their_way.popleft()
        self._unconfirmed_bytes -= size
        try:
            future.get(timeout=DELIVERY_TIMEOUT_S + REQUEST_TIMEOUT_S)
        except KafkaError as error:
            message = f"the brokers did not take a record: {error}"
            raise UnpublishedRecordError(message) from error


def client_settings(settings: PublisherSettings) -> dict[str, Any]:
    """Return where the brokers are and how to sign in to them."""
    shared: dict[str, Any] = {"bootstrap_servers": settings.kafka_bootstrap.split(",")}
    if settings.kafka_security is KafkaSecurity.PLAINTEXT:
        return {**shared, "security_protocol": "PLAINTEXT"}
    return {
        **shared,
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "OAUTHBEARER",
        "sasl_oauth_token_provider": MskToken(settings.aws_region or ""),
    }


def producer_settings(settings: PublisherSettings) -> Mapping[str, Any]:
    """Return a producer's settings; kafka-python refuses what would weaken explicit idempotence."""
    return {
        **client_settings(settings),
        "enable_idempotence": True,
        "acks": "all",
        "delivery_timeout_ms": DELIVERY_TIMEOUT_S * 1000,
        "request_timeout_ms": REQUEST_TIMEOUT_S * 1000,
        "max_block_ms": METADATA_TIMEOUT_S * 1000,
        "compression_type": "lz4",
        "batch_size": BATCH_BYTES,
        "linger_ms": LINGER_MS,
        "allow_auto_create_topics": False,
        # Nobody reads them, and collecting them costs time in Python.
        "metrics_enabled": False,
    }


def connect(
    settings: PublisherSettings, *, timeout_s: float = METADATA_TIMEOUT_S
) -> ConfirmedSender:
    """Connect to the brokers; a container does this once."""
    asked = {**producer_settings(settings), "bootstrap_timeout_ms": int(timeout_s * 1000)}
    try:
        return ConfirmedSender(KafkaProducer(**asked))
    except KafkaError as error:
        message = f"no broker answers at {settings.kafka_bootstrap}: {error}"
        raise UnpublishedRecordError(message) from error
