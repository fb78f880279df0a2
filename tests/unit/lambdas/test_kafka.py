from collections import deque
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from kafka.errors import KafkaTimeoutError, NotEnoughReplicasError

from bikeshare.errors import UnpublishedRecordError
from lambdas.kafka import (
    MAX_UNCONFIRMED_BYTES,
    ConfirmedSender,
    MskToken,
    connect,
    producer_settings,
)
from lambdas.settings import KafkaSecurity, PublisherSettings


class Answer:
    """kafka-python's future for a record: `get` returns or raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked = False

    def get(self, timeout: float) -> None:
        """Answer as the brokers did."""
        assert timeout > 0
        self.asked = True
        if self.error:
            raise self.error


class FakeProducer:
    """The part of kafka-python's producer that we use, answering from a list."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = deque(answers)
        self.given: list[Answer] = []
        self.flushed = 0
        self.closed = False
        self.send_error: Exception | None = None
        self.flush_error: Exception | None = None

    def send(self, topic: str, value: bytes) -> Answer:
        """Take a record, or raise as if no broker were known."""
        assert topic
        assert value
        if self.send_error:
            raise self.send_error
        answer = self.answers.popleft() if self.answers else Answer()
        self.given.append(answer)
        return answer

    def flush(self, timeout: float) -> None:
        """Wait for nothing."""
        assert timeout > 0
        self.flushed += 1
        if self.flush_error:
            raise self.flush_error

    def close(self, timeout: float) -> None:
        """Record that it was closed, without waiting."""
        assert timeout == 0
        self.closed = True


def settings(security: KafkaSecurity = KafkaSecurity.PLAINTEXT, **said: Any) -> PublisherSettings:
    """Settings of which a test states only what it is about."""
    return PublisherSettings(
        **{
            "kafka_bootstrap": "a:9092,b:9092",
            "kafka_security": security,
            "time_zone": ZoneInfo("UTC"),
            "aws_region": "us-east-1",
            **said,
        }
    )


class TestConfirmedSender:
    def test_asks_for_every_answer(self) -> None:
        """A flush without errors is not yet proof: each record has its own answer."""
        producer = FakeProducer()
        sender = ConfirmedSender(producer)
        for _ in range(3):
            sender.send("trips", b"x")

        sender.confirm()

        assert producer.flushed == 1
        assert [answer.asked for answer in producer.given] == [True, True, True]

    @pytest.mark.parametrize("position", [0, 1, 2])
    def test_one_lost_record_fails_the_drop(self, position: int) -> None:
        """A summary must never be sent for rows that the brokers do not have."""
        answers = [Answer(), Answer(), Answer()]
        answers[position] = Answer(NotEnoughReplicasError())
        sender = ConfirmedSender(FakeProducer(*answers))
        for _ in range(3):
            sender.send("trips", b"x")

        with pytest.raises(UnpublishedRecordError, match="did not take a record"):
            sender.confirm()

    def test_what_is_on_its_way_is_bounded(self) -> None:
        """kafka-python 3 buffers without a limit; a slow broker must slow us down instead."""
        producer = FakeProducer()
        sender = ConfirmedSender(producer)
        record = b"x" * (1024 * 1024)
        count = MAX_UNCONFIRMED_BYTES // len(record)
        for _ in range(count):
            sender.send("trips", record)
        assert not any(answer.asked for answer in producer.given)

        sender.send("trips", record)

        assert [answer.asked for answer in producer.given] == [True] + [False] * count

    def test_no_broker_at_all_is_to_be_tried_again(self) -> None:
        """The message goes back to its queue; the file is not lost."""
        producer = FakeProducer()
        producer.send_error = KafkaTimeoutError("no metadata")

        with pytest.raises(UnpublishedRecordError, match="no metadata"):
            ConfirmedSender(producer).send("trips", b"x")

    def test_an_unfinished_flush_is_to_be_tried_again(self) -> None:
        """The time is up before the brokers have answered."""
        producer = FakeProducer()
        producer.flush_error = KafkaTimeoutError("too slow")

        with pytest.raises(UnpublishedRecordError, match="too slow"):
            ConfirmedSender(producer).confirm()

    def test_closing_waits_for_nothing(self) -> None:
        """A failed producer is given up at once, so that the next try has time."""
        producer = FakeProducer()
        ConfirmedSender(producer).close()

        assert producer.closed


class TestProducerSettings:
    def test_asks_for_idempotence_by_name(self) -> None:
        """By default kafka-python silently disables it if a setting conflicts."""
        asked = producer_settings(settings())

        assert (asked["enable_idempotence"], asked["acks"]) == (True, "all")
        assert asked["bootstrap_servers"] == ["a:9092", "b:9092"]
        assert asked["security_protocol"] == "PLAINTEXT"

    def test_times_out_before_lambda_does(self) -> None:
        """A kill would say nothing; an error says which drop must be retried."""
        asked = producer_settings(settings())

        assert asked["request_timeout_ms"] + asked["linger_ms"] <= asked["delivery_timeout_ms"]
        assert asked["delivery_timeout_ms"] <= 60_000

    def test_signs_in_to_msk_with_iam(self) -> None:
        """MSK takes no passwords, only a token of the function's own role."""
        asked = producer_settings(settings(KafkaSecurity.IAM))

        assert (asked["security_protocol"], asked["sasl_mechanism"]) == ("SASL_SSL", "OAUTHBEARER")
        assert isinstance(asked["sasl_oauth_token_provider"], MskToken)

    def test_signs_tokens_with_the_functions_credentials(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The signer works offline; it produces a pre-signed request for one region."""
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

        assert len(MskToken("us-east-1").token()) > 100


class TestConnect:
    def test_says_where_no_broker_answers(self) -> None:
        """The address is the first thing to check."""
        nowhere = settings(kafka_bootstrap="127.0.0.1:1")

        with pytest.raises(UnpublishedRecordError, match=r"127.0.0.1:1"):
            connect(nowhere, timeout_s=0.2)
