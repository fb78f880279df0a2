"""Every policy checked against AWS's own list of what each action can be allowed on."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

from tests.support.policies import ACCOUNT, CDKS_OWN, HERE, REGION, Deployed, listed


def allowed(synthesis: Any) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each action with its role and the resources of its statement."""
    deployed = Deployed(synthesis)
    for stack in synthesis.stacks:
        for name, policy in synthesis.resources(stack, "AWS::IAM::Policy").items():
            if name.startswith(CDKS_OWN):
                continue
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                resources = [deployed.text(each) for each in listed(statement["Resource"])]
                for action in listed(statement["Action"]):
                    yield name, action, resources


def formats(action: str) -> list[str]:
    """Look up the ARN formats that an action can be allowed on."""
    service, name = action.split(":")
    data = get_action_data(service, name)
    assert data, f"there is no action {action}"
    return [each["resource_arn_format"] for each in data[service]]


def fits(resource: str, arn_format: str) -> bool:
    """Return whether any resource matches both a policy's pattern and an ARN format of AWS."""
    if "*" in (resource, arn_format):
        return resource == arn_format
    here = {"${Partition}": "aws", "${Region}": REGION, "${Account}": ACCOUNT}
    for variable, value in here.items():
        arn_format = arn_format.replace(variable, value)
    return overlap(resource, re.sub(r"\$\{\w+\}", "*", arn_format))


@cache
def overlap(one: str, other: str) -> bool:
    """Return whether any text matches both patterns; a star stands for any text."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return overlap(one[1:], other) or overlap(one, other[1:])
    if other[0] == "*":
        return overlap(other, one)
    return one[0] == other[0] and overlap(one[1:], other[1:])


@pytest.mark.parametrize("stage", ["dev", "metro"])
class TestEveryPolicy:
    def test_each_action_can_be_allowed_on_its_resources(
        self, syntheses: dict[str, Any], stage: str
    ) -> None:
        """An action that takes no resource is never allowed by a statement that names one."""
        useless = [
            (policy, action, resources)
            for policy, action, resources in allowed(syntheses[stage])
            if not any(fits(each, arn) for each in resources for arn in formats(action))
        ]
        assert useless == []

    def test_each_resource_is_there_for_an_action(
        self, syntheses: dict[str, Any], stage: str
    ) -> None:
        """A resource that none of its statement's actions takes is a misunderstanding."""
        taken: dict[tuple[str, str], bool] = {}
        for policy, action, resources in allowed(syntheses[stage]):
            for each in resources:
                fit = any(fits(each, arn) for arn in formats(action))
                taken[policy, each] = taken.get((policy, each), False) or fit
        assert [place for place, fit in taken.items() if not fit] == []


class TestFits:
    def test_a_bucket_is_no_object(self) -> None:
        """The commonest mistake: read access to the bucket, and so to nothing in it."""
        assert not fits("arn:aws:s3:::x", "arn:${Partition}:s3:::${BucketName}/${ObjectName}")
        assert fits("arn:aws:s3:::x/live/*", "arn:${Partition}:s3:::${BucketName}/${ObjectName}")

    def test_a_named_resource_does_not_fit_an_action_that_takes_none(self) -> None:
        """For instance, MSK's action to list brokers."""
        assert not fits(f"arn:aws:kafka:{HERE}:cluster/x/x", "*")
        assert fits("*", "*")

    def test_wildcards_may_be_wider_than_a_name(self) -> None:
        """A log group's pattern covers its streams."""
        streams = (
            "arn:${Partition}:logs:${Region}:${Account}:"
            "log-group:${LogGroupName}:log-stream:${LogStreamName}"
        )
        assert fits(f"arn:aws:logs:{HERE}:log-group:x:*", streams)
