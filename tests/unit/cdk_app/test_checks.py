"""The gate itself: it stops for an unanswered finding, and opens for an answered one."""

from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from cdk_app.checks import add_checks
from cdk_app.parts.findings import explain, explain_matching


@pytest.fixture
def app(tmp_path: Path) -> App:
    """An empty app with the gate in place."""
    made = App(outdir=str(tmp_path), context={"@aws-cdk/core:validateAgainstDefaultRules": True})
    add_checks(made)
    return made


def refusal(app: App) -> str:
    """Synthesise and return why it was refused."""
    with pytest.raises(RuntimeError) as refused:
        app.synth()
    return str(refused.value)


class TestAnsweredChecks:
    def test_a_finding_without_an_answer_stops_the_synthesis(self, app: App) -> None:
        """Otherwise the whole gate could be switched off unnoticed."""
        s3.Bucket(Stack(app, "stack"), "Bucket")
        assert "AwsSolutions-S1" in refusal(app)

    def test_an_answer_covers_its_own_rule_alone(self, app: App) -> None:
        """A reason is given for one thing and not for whatever comes later."""
        bucket = s3.Bucket(Stack(app, "stack"), "Bucket")
        explain(bucket, "AwsSolutions-S1", "Nobody reads it.")
        found = refusal(app)
        assert 'AwsSolutions-S1"' not in found
        assert "AwsSolutions-S10" in found

    def test_a_pattern_covers_what_it_matches_where_it_is_said(self, app: App) -> None:
        """A wildcard elsewhere, or another one here, still stops the synthesis."""
        stack = Stack(app, "stack")
        role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        for path in ("live", "other"):
            role.add_to_policy(
                iam.PolicyStatement(
                    actions=["s3:GetObject"], resources=[f"arn:aws:s3:::bucket/{path}/*"]
                )
            )
        explain_matching(role, r"AwsSolutions-IAM5\[Resource::.+/live/\*\]", "Named by others.")
        found = refusal(app)
        assert "/live/*" not in found
        assert "/other/*" in found
