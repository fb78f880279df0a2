"""A log group that is kept for as long as its stage says and deleted with the stage."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

# The retention periods in use, out of those that CloudWatch offers.
LENGTHS = {7: "ONE_WEEK", 30: "ONE_MONTH", 90: "THREE_MONTHS", 365: "ONE_YEAR"}


def log_group(
    scope: Construct, *, days: int, id_: str = "Logs", name: str | None = None
) -> logs.LogGroup:
    """Create a log group in a scope; `name` is for services that expect a certain one."""
    return logs.LogGroup(
        scope,
        id_,
        log_group_name=name,
        retention=logs.RetentionDays[LENGTHS[days]],
        removal_policy=RemovalPolicy.DESTROY,
    )
