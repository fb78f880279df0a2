"""What each role may and may not do, action by action, by the emulator's policy simulator."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.policies import HERE, documents
from tests.support.rehearsal import Emulator, emulated
from tests.support.synthesis import Synthesis

__all__ = ["emulated"]

pytestmark = pytest.mark.integration

CLUSTER = f"arn:aws:kafka:{HERE}:cluster/x/x"
USER = f"arn:aws:rds-db:{HERE}:dbuser:x"
BUCKET = "arn:aws:s3:::x"


def topic(name: str) -> str:
    """Return the ARN of a topic of the cluster."""
    return f"arn:aws:kafka:{HERE}:topic/x/x/{name}"


GROUP = f"arn:aws:kafka:{HERE}:group/x/x"

Pairs = dict[str, list[str]]

# Role, stack, what it must be able to do, and what a mistake would let it do.
ROLES: dict[str, tuple[str, Pairs, Pairs]] = {
    "PublishTrips": (
        "pipeline",
        {
            "kafka-cluster:Connect": [CLUSTER],
            "kafka-cluster:WriteDataIdempotently": [CLUSTER],
            "kafka-cluster:WriteData": [topic("trips"), topic("trips-backfill"), topic("drops")],
            "s3:GetObject": [f"{BUCKET}/live/a.csv", f"{BUCKET}/backfill/a.csv"],
            "s3:GetObjectVersion": [f"{BUCKET}/live/a.csv"],
            "s3:PutObject": [f"{BUCKET}/rejected/a.csv"],
        },
        {
            "kafka-cluster:WriteData": [topic("stations")],
            "kafka-cluster:ReadData": [topic("trips")],
            "kafka-cluster:CreateTopic": [topic("trips")],
            "s3:GetObject": [f"{BUCKET}/stations/a.json"],
            "s3:PutObject": [f"{BUCKET}/live/a.csv"],
            "s3:DeleteObject": [f"{BUCKET}/live/a.csv", f"{BUCKET}/rejected/a.csv"],
            "rds-db:connect": [f"{USER}/bikeshare", f"{USER}/bikeshare_api"],
        },
    ),
    "PublishStations": (
        "pipeline",
        {
            "kafka-cluster:WriteDataIdempotently": [CLUSTER],
            "kafka-cluster:WriteData": [topic("stations"), topic("drops")],
            "s3:GetObjectVersion": [f"{BUCKET}/stations/a.json"],
        },
        {
            "kafka-cluster:WriteData": [topic("trips"), topic("trips-backfill")],
            "s3:GetObjectVersion": [f"{BUCKET}/live/a.csv"],
        },
    ),
    "TopicsCreate": (
        "pipeline",
        {
            "kafka-cluster:CreateTopic": [topic("trips")],
            "kafka-cluster:AlterTopic": [topic("drops")],
        },
        {
            "kafka-cluster:CreateTopic": [topic("somebody-elses")],
            "kafka-cluster:DeleteTopic": [topic("trips")],
            "kafka-cluster:WriteData": [topic("trips")],
        },
    ),
    "MeasureLag": (
        "pipeline",
        {
            "kafka-cluster:DescribeTopic": [topic("trips")],
            "s3:GetObject": [f"{BUCKET}/checkpoints/live/offsets/1"],
            "rds-db:connect": [f"{USER}/bikeshare_api"],
        },
        {
            "kafka-cluster:ReadData": [topic("trips")],
            "s3:GetObject": [f"{BUCKET}/live/a.csv"],
            "s3:PutObject": [f"{BUCKET}/checkpoints/live/offsets/1"],
            "rds-db:connect": [f"{USER}/bikeshare"],
        },
    ),
    "StreamRole": (
        "pipeline",
        {
            "kafka-cluster:ReadData": [topic("trips"), topic("drops")],
            "kafka-cluster:AlterGroup": [f"{GROUP}/spark-kafka-source-1"],
            "s3:PutObject": [f"{BUCKET}/checkpoints/live/offsets/1"],
            "s3:DeleteObject": [f"{BUCKET}/checkpoints/live/offsets/1"],
            "rds-db:connect": [f"{USER}/bikeshare"],
        },
        {
            "kafka-cluster:WriteData": [topic("trips")],
            "kafka-cluster:AlterGroup": [f"{GROUP}/somebody-elses"],
            "s3:PutObject": [f"{BUCKET}/wheels/a.whl", f"{BUCKET}/live/a.csv"],
            "rds-db:connect": [f"{USER}/rdsadmin"],
        },
    ),
    "SweepDrops": (
        "pipeline",
        {
            "s3:ListBucketVersions": [BUCKET],
            "s3:PutObject": [f"{BUCKET}/sweeps/memory.json"],
            "rds-db:connect": [f"{USER}/bikeshare_api"],
        },
        {
            "s3:GetObject": [f"{BUCKET}/live/a.csv"],
            "s3:PutObject": [f"{BUCKET}/live/a.csv"],
            "rds-db:connect": [f"{USER}/bikeshare"],
        },
    ),
    "ForgetTrips": (
        "pipeline",
        {"rds-db:connect": [f"{USER}/bikeshare"]},
        {
            "rds-db:connect": [f"{USER}/bikeshare_api", f"{USER}/rdsadmin"],
            "s3:GetObject": [f"{BUCKET}/live/a.csv"],
            "secretsmanager:GetSecretValue": [f"arn:aws:secretsmanager:{HERE}:secret:x"],
        },
    ),
    "ApiRole": (
        "api",
        {
            "rds-db:connect": [f"{USER}/bikeshare_api"],
            "geo-places:SearchText": ["arn:aws:geo-places:us-east-1::provider/default"],
        },
        {
            "rds-db:connect": [f"{USER}/bikeshare"],
            "geo-places:Geocode": ["arn:aws:geo-places:us-east-1::provider/default"],
            "s3:GetObject": [f"{BUCKET}/live/a.csv"],
            "secretsmanager:GetSecretValue": [f"arn:aws:secretsmanager:{HERE}:secret:x"],
        },
    ),
}


def decisions(
    emulated: Emulator, policies: list[dict[str, Any]], asked: Pairs
) -> Iterator[tuple[str, str, str]]:
    """Ask the simulator about each pair of an action and a resource."""
    iam = emulated.client("iam")
    for action, resources in asked.items():
        for resource in resources:
            answer = iam.simulate_custom_policy(
                PolicyInputList=[json.dumps(each) for each in policies],
                ActionNames=[action],
                ResourceArns=[resource],
            )
            [result] = answer["EvaluationResults"]
            yield action, resource, result["EvalDecision"]


@pytest.mark.parametrize("role", ROLES)
class TestRoles:
    def test_it_may_do_its_work(self, emulated: Emulator, dev: Synthesis, role: str) -> None:
        """A missing permission shows only on AWS, at the first file."""
        stack, needed, _ = ROLES[role]
        found = list(decisions(emulated, documents(dev, stack, role), needed))
        assert [each for each in found if each[2] != "allowed"] == []

    def test_it_may_do_nothing_beside(self, emulated: Emulator, dev: Synthesis, role: str) -> None:
        """What one function can destroy or read is no more than its own."""
        stack, _, forbidden = ROLES[role]
        found = list(decisions(emulated, documents(dev, stack, role), forbidden))
        assert [each for each in found if each[2] != "implicitDeny"] == []
