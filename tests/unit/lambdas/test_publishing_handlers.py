"""What both publishing functions return to Lambda."""

import json
import subprocess
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from lambdas.publish_stations import handler as of_stations
from lambdas.publish_trips import handler as of_trips

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

CONTEXT = cast("LambdaContext", SimpleNamespace(aws_request_id="request-1"))


def message(body: str, message_id: str) -> dict[str, Any]:
    """An SQS message as Lambda passes it on."""
    return {"messageId": message_id, "receiptHandle": "r", "body": body, "eventSource": "aws:sqs"}


@pytest.fixture(params=[of_trips, of_stations], ids=["trips", "stations"])
def module(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A function with the environment that Lambda sets; no broker or queue is there."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.setenv("KAFKA_SECURITY", "PLAINTEXT")
    monkeypatch.setenv("LIVE_QUEUE_URL", "http://127.0.0.1:1/live")
    monkeypatch.setenv("BACKFILL_QUEUE_URL", "http://127.0.0.1:1/backfill")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    found = cast("ModuleType", request.param)
    found.landing.cache_clear()
    return found


class TestHandler:
    def test_answers_with_what_is_to_be_tried_again(self, module: ModuleType) -> None:
        """One bad message of a batch must not bring back the good ones."""
        test_event = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"})

        answer = module.handler(
            {"Records": [message(test_event, "good"), message("no JSON", "bad")]}, CONTEXT
        )

        assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}

    def test_a_batch_of_bad_messages_is_answered_too(self, module: ModuleType) -> None:
        """Raising would count as an error of the function, and say less."""
        answer = module.handler({"Records": [message("no JSON", "bad")]}, CONTEXT)

        assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}

    def test_every_message_that_goes_back_says_why(self, module: ModuleType) -> None:
        """On stderr, which MiniStack waits for; the response itself has nothing but its id."""
        code = (
            "from types import SimpleNamespace;"
            f"from {module.__name__} import handler;"
            f"handler({{'Records': [{message('no JSON', 'bad')}]}},"
            " SimpleNamespace(aws_request_id='r'))"
        )

        ended = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )

        (line,) = map(json.loads, ended.stderr.splitlines())
        assert (line["message"], line["message_id"]) == ("message is to be tried again", "bad")
        assert "JSONDecodeError" in line["exception"]
        assert ended.stdout == ""

    def test_a_missing_setting_keeps_every_message(
        self, module: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A wrong deployment must not lose the files that land meanwhile."""
        monkeypatch.delenv("KAFKA_BOOTSTRAP")

        answer = module.handler({"Records": [message("{}", "kept")]}, CONTEXT)

        assert answer == {"batchItemFailures": [{"itemIdentifier": "kept"}]}
