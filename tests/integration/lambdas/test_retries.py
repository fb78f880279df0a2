"""When the message of a file that could not be published comes back, in the emulator's queue."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from lambdas.publish_trips import handler as of_trips
from local_stack.deployment import queue_url
from local_stack.emulated_aws import ENVIRONMENT, EmulatedAws
from tests.support.bucket import SilentAws

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

pytestmark = pytest.mark.integration

QUEUE = "bikeshare-trips"
LONG_S = "600"
WITHIN_S = 10
CONTEXT = cast("LambdaContext", SimpleNamespace(aws_request_id="request-1"))


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SilentAws]:
    """The emulator for the tests of this module."""
    with SilentAws(home=tmp_path_factory.mktemp("retries")) as running:
        yield running


class Queue:
    """The queue of trip files, whose messages stay hidden for long once they are received."""

    def __init__(self, aws: SilentAws) -> None:
        self.sqs = EmulatedAws(aws.endpoint).sqs()
        self.url = queue_url(self.sqs, QUEUE)
        hidden = {"VisibilityTimeout": LONG_S}
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes=hidden)

    def next(self) -> dict[str, Any]:
        """Return the next message, which comes within seconds."""
        deadline = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline:
            if message := self.received():
                return message
        pytest.fail(f"no message within {WITHIN_S} s")

    def received(self) -> dict[str, Any] | None:
        """Return the next message as Lambda passes it on, if there is one."""
        answer = self.sqs.receive_message(
            QueueUrl=self.url, MessageSystemAttributeNames=["ApproximateReceiveCount"]
        )
        for message in answer.get("Messages", []):
            return {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "attributes": message["Attributes"],
                "body": message["Body"],
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:{QUEUE}",
            }
        return None


@pytest.fixture
def queue(aws: SilentAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    """The queue, and a function that is triggered by it; there is no broker."""
    told = {
        **ENVIRONMENT,
        "AWS_ENDPOINT_URL": aws.endpoint,
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "KAFKA_SECURITY": "PLAINTEXT",
        "LIVE_QUEUE_URL": "http://127.0.0.1:1/live",
        "BACKFILL_QUEUE_URL": "http://127.0.0.1:1/backfill",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    of_trips.landing.cache_clear()
    found = Queue(aws)
    yield found
    found.sqs.purge_queue(QueueUrl=found.url)
    of_trips.landing.cache_clear()


class TestRetries:
    def test_a_file_that_failed_comes_back_soon(
        self, queue: Queue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A broker that was away for a moment must not hide a live file for an hour."""
        monkeypatch.setenv("FIRST_RETRY_S", "1")
        queue.sqs.send_message(QueueUrl=queue.url, MessageBody="no JSON")
        first = queue.next()

        answer = of_trips.handler({"Records": [first]}, CONTEXT)

        assert answer == {"batchItemFailures": [{"itemIdentifier": first["messageId"]}]}
        again = queue.next()
        assert again["attributes"]["ApproximateReceiveCount"] == "2"

    def test_else_it_waits_for_as_long_as_its_queue_says(self, queue: Queue) -> None:
        """By default, the queue's own visibility timeout applies."""
        queue.sqs.send_message(QueueUrl=queue.url, MessageBody="no JSON")
        first = queue.next()

        of_trips.handler({"Records": [first]}, CONTEXT)

        assert queue.received() is None

    def test_the_failure_is_told_where_the_queue_does_not_answer(
        self, queue: Queue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Even if its visibility timeout cannot be shortened, the message must be retried."""
        monkeypatch.setenv("FIRST_RETRY_S", "1")
        queue.sqs.send_message(QueueUrl=queue.url, MessageBody="no JSON")
        first = queue.next()
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

        answer = of_trips.handler({"Records": [first]}, CONTEXT)

        assert answer == {"batchItemFailures": [{"itemIdentifier": first["messageId"]}]}
