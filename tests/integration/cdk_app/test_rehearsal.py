"""The drop zone deployed from its synthesised template, as far as an emulator goes, and used."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from time import monotonic, sleep
from typing import Any

import boto3
import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from cdk_app.config import DEV
from cdk_app.stacks.data import DataStack
from local_stack.ports import free_port

pytestmark = pytest.mark.integration

STACK = "drop-zone"
PATIENCE_S = 30
# Emptying a bucket before it is deleted is a custom resource, and TLS is not spoken here.
LEFT_OUT = ("Custom::S3AutoDeleteObjects", "AWS::S3::BucketPolicy")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The part of the data stack that the emulator knows: the buckets, the queues, their rules."""
    app = App(outdir=str(tmp_path_factory.mktemp("synthesis")))
    stack = DataStack(app, "data", config=DEV, region="us-east-1")
    resources = Template.from_stack(stack).to_json()["Resources"]
    return {
        "Resources": {
            name: each
            for name, each in resources.items()
            if name.startswith(("DropZone", "AccessLogsBucket")) and each["Type"] not in LEFT_OUT
        }
    }


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An emulator of its own, gone with the module."""
    home, port = tmp_path_factory.mktemp("emulator"), free_port()
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": "s3,sqs,iam,sts,cloudformation",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{home / 'no-docker'}",
    }
    command = [sys.executable, "-m", "ministack"]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(command, env=env, cwd=home, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: answers(address), f"{home / 'log'}")
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def answers(address: str) -> bool:
    """Tell whether the emulator is up."""
    try:
        with urllib.request.urlopen(f"{address}/_ministack/health", timeout=2):  # noqa: S310
            return True
    except (urllib.error.URLError, OSError):
        return False


def wait_for(happened: Any, what: str) -> None:
    """Ask again and again, for a while."""
    until = monotonic() + PATIENCE_S
    while not happened():
        assert monotonic() < until, what
        sleep(0.1)


def client(service: str, endpoint: str) -> Any:
    """Connect to the emulator, which takes any key."""
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",  # noqa: S106
    )


@pytest.fixture(scope="module")
def deployed(endpoint: str, template: dict[str, Any]) -> dict[str, str]:
    """Deploy the template; give what each of its resources became."""
    cloudformation = client("cloudformation", endpoint)
    cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(template))

    def status() -> str:
        return cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]

    wait_for(lambda: not status().endswith("IN_PROGRESS"), "the stack")
    assert status() == "CREATE_COMPLETE"
    resources = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}


def found(deployed: dict[str, str], name: str) -> str:
    """Give the one resource whose id begins as said and is no policy of another."""
    [one] = [
        physical
        for logical, physical in deployed.items()
        if logical.startswith(name) and "Policy" not in logical
    ]
    return one


def told(endpoint: str, queue: str) -> set[str]:
    """Name the objects that a queue was told of."""
    answer = client("sqs", endpoint).receive_message(
        QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    bodies = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
    return {record["s3"]["object"]["key"] for body in bodies for record in body.get("Records", [])}


class TestDropZone:
    def test_each_lane_is_told_to_its_queue(self, endpoint: str, deployed: dict[str, str]) -> None:
        """What the template says of notifications is what happens to a file."""
        bucket = found(deployed, "DropZoneBucket")
        keys = ("live/a.csv", "backfill/b.csv", "stations/c.json", "rejected/d.csv")
        for key in keys:
            client("s3", endpoint).put_object(Bucket=bucket, Key=key, Body=b"x")
        for lane, key in zip(("Live", "Backfill", "Stations"), keys, strict=False):
            queue = found(deployed, f"DropZone{lane}Arrivals")
            wait_for(partial(lambda at, only: told(endpoint, at) == {only}, queue, key), key)

    def test_every_upload_is_a_version(self, endpoint: str, deployed: dict[str, str]) -> None:
        """A drop's identity is its key and its version."""
        bucket = found(deployed, "DropZoneBucket")
        put = client("s3", endpoint).put_object
        versions = {
            put(Bucket=bucket, Key="other/same.csv", Body=b"x").get("VersionId") for _ in range(2)
        }
        assert len(versions - {None, "null"}) == 2

    def test_what_cannot_be_read_ends_among_the_dead_letters(
        self, endpoint: str, deployed: dict[str, str]
    ) -> None:
        """Five tries and then a person: the queue's own rule moves the message."""
        sqs = client("sqs", endpoint)
        queue = found(deployed, "DropZoneStationsArrivals")
        dead = found(deployed, "DropZoneStationsDead")
        sqs.send_message(QueueUrl=queue, MessageBody='{"Records": []}')

        def buried() -> bool:
            sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
            return bool(sqs.receive_message(QueueUrl=dead, VisibilityTimeout=0).get("Messages"))

        wait_for(buried, "a dead letter")
