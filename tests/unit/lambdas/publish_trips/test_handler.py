import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from lambdas.publish_trips import handler as module

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

CONTEXT = cast("LambdaContext", SimpleNamespace(aws_request_id="request-1"))


def message(body: str, message_id: str) -> dict[str, Any]:
    """An SQS message as Lambda hands it over."""
    return {"messageId": message_id, "receiptHandle": "r", "body": body, "eventSource": "aws:sqs"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Lambda sets; nothing listens there."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.setenv("KAFKA_SECURITY", "PLAINTEXT")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    module.landing.cache_clear()


@pytest.mark.usefixtures("environment")
class TestHandler:
    def test_answers_with_what_is_to_be_tried_again(self) -> None:
        """One bad message of a batch must not bring the good ones back."""
        test_event = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"})

        answer = module.handler(
            {"Records": [message(test_event, "good"), message("no JSON", "bad")]}, CONTEXT
        )

        assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}

    def test_a_batch_of_bad_messages_is_answered_too(self) -> None:
        """Raising would count as an error of the function, and say less."""
        answer = module.handler({"Records": [message("no JSON", "bad")]}, CONTEXT)

        assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}

    def test_a_missing_setting_keeps_every_message(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A wrong deployment must not eat the files that land meanwhile."""
        monkeypatch.delenv("KAFKA_BOOTSTRAP")

        answer = module.handler({"Records": [message("{}", "kept")]}, CONTEXT)

        assert answer == {"batchItemFailures": [{"itemIdentifier": "kept"}]}
