"""A log that is kept for as long as its stage says and goes when the stage goes."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

# CloudWatch offers these lengths and a few that nobody here needs.
LENGTHS = {7: "ONE_WEEK", 30: "ONE_MONTH", 90: "THREE_MONTHS", 365: "ONE_YEAR"}


def log_group(
    scope: Construct, *, days: int, id_: str = "Logs", name: str | None = None
) -> logs.LogGroup:
    """Make a log group of the scope's own; a name is for services that look for one."""
    return logs.LogGroup(
        scope,
        id_,
        log_group_name=name,
        retention=logs.RetentionDays[LENGTHS[days]],
        removal_policy=RemovalPolicy.DESTROY,
    )
