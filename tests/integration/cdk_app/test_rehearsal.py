"""
The ingest part of a stage, deployed from its synthesised templates into an emulator, and used.

What is left out, because the emulator lacks it: the VPC and its endpoints, MSK and its
authentication (a local broker stands in), the processor (native modules are taken from this
machine), policies, which it stores but does not enforce (tests/unit/cdk_app/test_policies.py), the
TLS requirement, and emptying a bucket before it is deleted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer

from bikeshare.topics import DROPS, TRIPS
from local_stack.services.broker import Broker
from tests.support.decoding import decode_summary, decode_trips
from tests.support.rehearsal import Emulator, emulated, only, stage_resources, wait_for

__all__ = ["emulated"]

pytestmark = pytest.mark.integration

KINDS = (
    "AWS::IAM::Role",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
)
PARTS = ("AccessLogsBucket", "DropZone", "PublishTrips", "PublishStations")
NATIVES = ("crc32c", "isal", "lz4", "wrapt")
RETRY_S = 5
SITE = str(Path(pytest.__file__).parents[1])
HEADER = "Start station,Start time,End station,End time"
ROW = "206,2016-10-01 06:00:08 +0200,225,2016-10-01 06:11:12 +0200"


@dataclass(frozen=True)
class Ingest:
    """What was deployed."""

    emulator: Emulator
    resources: dict[str, str]
    bootstrap: str

    def named(self, name: str) -> str:
        """Return the one resource whose id has this prefix and is not another one's policy."""
        [one] = [
            physical
            for logical, physical in self.resources.items()
            if logical.startswith(name) and "Policy" not in logical
        ]
        return one

    def drop(self, key: str, body: bytes = b"x") -> str | None:
        """Put an object; return its version."""
        put = self.emulator.client("s3").put_object
        return put(Bucket=self.named("DropZoneBucket"), Key=key, Body=body).get("VersionId")

    def dead(self, lane: str) -> bool:
        """Return whether a lane has dead letters."""
        sqs = self.emulator.client("sqs")
        found = sqs.receive_message(QueueUrl=self.named(f"DropZone{lane}Dead"), VisibilityTimeout=0)
        return bool(found.get("Messages"))


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker in the place of MSK."""
    with Broker(home=tmp_path_factory.mktemp("broker")) as started:
        yield started


@pytest.fixture(scope="module")
def ingest(emulated: Emulator, broker: Broker, dev: Any) -> Ingest:
    """The drop zone with its functions, as the stage's own templates define it."""
    picked = only(stage_resources(dev), KINDS, *PARTS)
    functions = [each for each in picked.values() if each["Type"] == "AWS::Lambda::Function"]
    [key] = {each["Properties"]["Code"]["S3Key"] for each in functions}
    code = emulated.publish(dev.folder / f"asset.{Path(key).stem}", without=NATIVES)
    for each in functions:
        properties = each["Properties"] = dict(each["Properties"])
        del properties["VpcConfig"]
        properties["Code"] = code
        variables = properties["Environment"]["Variables"]
        properties["Environment"] = {
            "Variables": variables
            | {
                "KAFKA_BOOTSTRAP": broker.bootstrap,
                "KAFKA_SECURITY": "PLAINTEXT",
                # The queue's own timeout only: otherwise the fifth failure would come after hours.
                "FIRST_RETRY_S": "",
                "AWS_ENDPOINT_URL": emulated.endpoint,
                "PYTHONPATH": SITE,
            }
        }
    for name, each in picked.items():
        if name.startswith("DropZone") and each["Type"] == "AWS::SQS::Queue":
            each["Properties"] = each["Properties"] | {"VisibilityTimeout": RETRY_S}
    return Ingest(emulated, emulated.deploy("ingest", {"Resources": picked}), broker.bootstrap)


def records(bootstrap: str, topic: str) -> list[bytes]:
    """Read a topic from the beginning."""
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        consumer_timeout_ms=2_000,
    )
    values = [record.value for record in consumer]
    consumer.close()
    return values


class TestIngest:
    def test_a_dropped_file_is_in_kafka_with_its_account(self, ingest: Ingest) -> None:
        """From the bucket to the brokers through what the templates deploy, and nothing else."""
        ingest.drop("live/day.csv", f"{HEADER}\n{ROW}\nnot,a,row,at all\n".encode())

        def accounted() -> bool:
            summaries = [decode_summary(each) for each in records(ingest.bootstrap, DROPS)]
            mine = [each for each in summaries if each.key == "live/day.csv"]
            return bool(mine) and (mine[0].rows_published, mine[0].rows_rejected) == (1, 1)

        wait_for(accounted, "the account of the drop")
        chunks = [decode_trips(each) for each in records(ingest.bootstrap, TRIPS)]
        assert {trip.start_station_id for chunk in chunks for trip in chunk.trips} == {"206"}
        listed = ingest.emulator.client("s3").list_objects_v2(
            Bucket=ingest.named("DropZoneBucket"), Prefix="rejected/"
        )
        assert listed["KeyCount"] >= 1

    def test_every_upload_is_a_version(self, ingest: Ingest) -> None:
        """A drop's identity is its key and its version."""
        versions = {ingest.drop("other/same.csv") for _ in range(2)}
        assert len(versions - {None, "null"}) == 2

    def test_each_lane_has_a_function_that_takes_its_files(self, ingest: Ingest) -> None:
        """A file goes where the template's notifications and mappings say."""
        keys = {"backfill/b.csv", "stations/c.json"}
        for key in sorted(keys):
            ingest.drop(key, b"no header that anybody knows\n")

        def refused() -> bool:
            summaries = [decode_summary(each) for each in records(ingest.bootstrap, DROPS)]
            return keys <= {each.key for each in summaries if each.outcome == "refused"}

        wait_for(refused, "an account of each")

    def test_what_cannot_be_read_ends_among_the_dead_letters(self, ingest: Ingest) -> None:
        """Five tries and then a person: the queue's own redrive policy moves the message."""
        ingest.emulator.client("sqs").send_message(
            QueueUrl=ingest.named("DropZoneStationsArrivals"),
            MessageBody="no notification of S3's",
        )
        wait_for(partial(ingest.dead, "Stations"), "a dead letter")
        assert not ingest.dead("Live")
