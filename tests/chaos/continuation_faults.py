"""Faults of a drop that one invocation hands on to the next: sent twice, late, or killed midway."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from urllib.parse import quote_plus

from local_stack.deployment import queue_url
from local_stack.emulated_aws import REGION
from tests.chaos.fault import named
from tests.chaos.notification_faults import LIVE, notice_of, send, unannounced
from tests.chaos.process_faults import BIG_FILE_ROWS, kill_functions_after
from tests.chaos.world import World

HAND_ON_S = 30


@dataclass(frozen=True)
class Begun:
    """A drop whose first part is published, with both messages: S3's and the function's own."""

    key: str
    notice: str
    rest: str


def part_told_again(world: World, random: Random) -> None:
    """The message that hands a drop on comes late, several times, and again when all is done."""
    drop = _begun(world, random, rows=round(world.part_lines * random.uniform(1.1, 3)))
    world.strike()
    if random.random() < 0.5:
        # So late that the sweep has meanwhile queued the drop from its beginning.
        send(world, drop.notice)
    time.sleep(random.uniform(0, 3))
    for _ in range(random.randint(2, 4)):
        send(world, drop.rest)
        time.sleep(random.uniform(0, 0.5))
    world.wait_until_complete(drop.key)
    send(world, drop.rest)
    with world.load(random, files=2):
        pass


def part_killed(world: World, random: Random) -> None:
    """Kill -9 of the function in a later part of a drop, and its message comes once more."""
    drop = _begun(world, random, rows=BIG_FILE_ROWS)
    kill_functions_after(world, lambda: send(world, drop.rest))
    # As SQS redelivers it after the visibility timeout, which is a quarter of an hour.
    time.sleep(random.uniform(0, 2))
    send(world, drop.rest)
    with world.load(random, files=2):
        pass


def _begun(world: World, random: Random, *, rows: int) -> Begun:
    path = world.material.write(world.material.trips(random, rows), random)
    with unannounced(world):
        key = world.upload(path)
    notice = notice_of(world, key)
    with _undelivered(world) as queue_arn:
        _call(world, notice, queue_arn)
        return Begun(key, notice, rest=_taken(world, key))


@contextmanager
def _undelivered(world: World) -> Iterator[str]:
    """Leave messages of the live lane in their queue; yield its ARN."""
    functions = world.aws.functions()
    url = queue_url(world.sqs, LIVE.queue)
    told = world.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = told["Attributes"]["QueueArn"]
    (mapping,) = functions.list_event_source_mappings(EventSourceArn=arn)["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        yield arn
    finally:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def _call(world: World, message: str, queue_arn: str) -> None:
    """Pass one message to the function, as its queue does, and wait until it is done."""
    record = {
        "messageId": "by-hand",
        "receiptHandle": "by-hand",
        "body": message,
        "attributes": {},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }
    event = json.dumps({"Records": [record]}).encode()
    answer = world.aws.functions().invoke(FunctionName=LIVE.function, Payload=event)
    told = json.loads(answer["Payload"].read())
    if told != {"batchItemFailures": []}:
        message = f"the first part was not published: {told}"
        raise AssertionError(message)


def _taken(world: World, key: str) -> str:
    """Take the message that hands this drop on off the queue."""
    url = queue_url(world.sqs, LIVE.queue)
    deadline = time.monotonic() + HAND_ON_S
    while time.monotonic() < deadline:
        found = world.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        for message in found.get("Messages", []):
            told = json.loads(message["Body"])
            if "continued" in told and told["Records"][0]["s3"]["object"]["key"] == quote_plus(key):
                world.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                return message["Body"]
        time.sleep(0.1)
    message = f"no function handed {key} on within {HAND_ON_S} s"
    raise TimeoutError(message)


FAULTS = named(part_told_again, part_killed)
