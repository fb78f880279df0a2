"""The emulator with real clients: an object lands, a queue is notified, a function runs."""

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from bikeshare.drops import Lane
from local_stack.accounts import dropped
from local_stack.deployment import BUCKET, Publisher, deploy, queue_url
from local_stack.emulated_aws import EmulatedAws
from local_stack.services.aws import Aws
from local_stack.uploads import PART_BYTES, Upload, send, send_bytes

pytestmark = pytest.mark.integration

# A function that writes what it received to the bucket, and fails for one key.
STAND_IN = """
import boto3, json, os, sys
from urllib.parse import unquote_plus

def handler(event, context):
    failed = []
    for record in event["Records"]:
        for landed in json.loads(record["body"]).get("Records", []):
            key = unquote_plus(landed["s3"]["object"]["key"])
            if "poison" in key:
                failed.append({"itemIdentifier": record["messageId"]})
                continue
            s3 = boto3.client("s3")
            s3.put_object(
                Bucket=landed["s3"]["bucket"]["name"],
                Key="seen/" + key,
                Body=os.environ["GREETING"],
            )
    print("done", file=sys.stderr)
    return {"batchItemFailures": failed}
"""
PUBLISHER = Publisher(function="publish_trips", queue="bikeshare-trips", lanes=(Lane.LIVE,))


class StandInAws(Aws):
    """The emulator with a stand-in for the product's functions."""

    def settle(self) -> None:
        """Deploy the stand-in the product's own way."""
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("lambdas/publish_trips/handler.py", STAND_IN)
        settings = {**self.function_settings, "AWS_ENDPOINT_URL": self.endpoint}
        aws = EmulatedAws(self.endpoint)
        deploy(aws, settings, publishers=(PUBLISHER,), code=code.getvalue())


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[StandInAws]:
    """Start an emulator that is gone after the test."""
    with StandInAws(home=tmp_path, function_settings={"GREETING": "hello"}) as running:
        yield running


def waiting_and_hidden(sqs: Any) -> tuple[int, int]:
    """Return how many messages can be received, and how many are received but not deleted."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    url = queue_url(sqs, PUBLISHER.queue)
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    waiting, hidden = (int(counts[name]) for name in names)
    return waiting, hidden


def wait_until(is_so: Callable[[], bool]) -> bool:
    """Wait up to ten seconds for a condition."""
    deadline = time.monotonic() + 10
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_so()


def wait_for(s3: Any, key: str) -> bytes:
    """Wait until a function wrote an object."""
    deadline = time.monotonic() + 20
    while True:
        found = s3.list_objects_v2(Bucket=BUCKET, Prefix=key)
        if found["KeyCount"] or time.monotonic() > deadline:
            body: bytes = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
            return body
        time.sleep(0.05)


class TestAws:
    def test_runs_the_function_for_an_object(self, aws: StandInAws) -> None:
        """S3 to SQS to Lambda, with the key unchanged and the given environment."""
        s3 = EmulatedAws(aws.endpoint).s3()

        send_bytes(s3, "live/a b+c é.csv", b"rows")

        assert wait_for(s3, "seen/live/a b+c é.csv") == b"hello"

    def test_keeps_every_version_over_a_kill(self, aws: StandInAws) -> None:
        """Each upload is its own drop, and its id must not change when S3 is restarted."""
        s3 = EmulatedAws(aws.endpoint).s3()
        sent = {
            send_bytes(s3, "live/a.csv", b"1").drop_id,
            send_bytes(s3, "live/a.csv", b"2").drop_id,
        }
        assert aws.child is not None

        aws.child._process.kill()
        aws.stop()
        aws.start()

        assert {drop.drop_id for drop in dropped(s3)} == sent
        send_bytes(s3, "live/after.csv", b"rows")
        assert wait_for(s3, "seen/live/after.csv") == b"hello"

    def test_hides_a_failed_message_until_it_is_tried_again(self, aws: StandInAws) -> None:
        """A partial failure returns that message alone; it is neither lost nor spinning."""
        clients = EmulatedAws(aws.endpoint)
        s3, sqs = clients.s3(), clients.sqs()

        send_bytes(s3, "live/poison.csv", b"rows")
        send_bytes(s3, "live/good.csv", b"rows")

        assert wait_for(s3, "seen/live/good.csv") == b"hello"
        # The good message is deleted a moment after its function has written.
        assert wait_until(lambda: waiting_and_hidden(sqs) == (0, 1))

    def test_can_be_deployed_again(self, aws: StandInAws) -> None:
        """Every start does it; a second mapping would deliver every message twice."""
        functions = EmulatedAws(aws.endpoint).functions()

        aws.settle()

        assert len(functions.list_event_source_mappings()["EventSourceMappings"]) == 1
        assert len(functions.list_functions()["Functions"]) == 1

    def test_takes_a_large_file_in_parts(self, aws: StandInAws, tmp_path: Path) -> None:
        """The parts make one object, and the progress reaches its size."""
        s3 = EmulatedAws(aws.endpoint).s3()
        file = tmp_path / "large.csv"
        file.write_bytes(b"x" * (PART_BYTES + 1000))
        shown: list[int] = []

        drop = send(s3, Upload(file=file, key="live/large.csv"), shown.append)

        assert drop.size_bytes == PART_BYTES + 1000
        assert shown == [PART_BYTES, PART_BYTES + 1000]
        assert [one.drop_id for one in dropped(s3)] == [drop.drop_id]


class TestEmulator:
    """It runs any function that it is given, so no page of another site may give it one."""

    @pytest.mark.parametrize(
        ("headers", "code"),
        [
            ({}, 200),
            ({"Origin": "https://evil.example"}, 403),
            ({"Origin": "null"}, 403),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Host": "evil.example"}, 403),
            ({"Host": "evil.example:20001"}, 403),
        ],
    )
    def test_it_answers_this_machines_programs_alone(
        self, aws: StandInAws, headers: dict[str, str], code: int
    ) -> None:
        """Browsers send the origin of a request, and a rebound name shows in Host."""
        for method, path in (("GET", "/"), ("POST", "/2015-03-31/functions"), ("OPTIONS", "/")):
            connection = HTTPConnection("127.0.0.1", aws.port)
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            assert (answer.status == 403) is (code == 403), (method, answer.status)
            connection.close()
