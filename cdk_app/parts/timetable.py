"""Functions that are called only on a schedule."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_


def run_every(
    function: lambda_.Function, *, minutes: int, event: Mapping[str, object] | None = None
) -> None:
    """Call a function periodically; the next call is the retry of one that failed."""
    told = events.RuleTargetInput.from_object(dict(event)) if event else None
    function.configure_async_invoke(retry_attempts=0)
    events.Rule(
        function,
        "Timetable",
        schedule=events.Schedule.rate(Duration.minutes(minutes)),
        targets=[
            targets.LambdaFunction(
                function, event=told, retry_attempts=0, max_event_age=Duration.minutes(1)
            )
        ],
    )
