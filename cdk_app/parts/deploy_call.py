"""Functions that only the deploy calls, and that fail it if they fail."""

from aws_cdk import Duration, triggers
from constructs import Construct

from cdk_app.parts.limited_function import LimitedFunction


def call_on_deploy(
    scope: Construct, private: LimitedFunction, *, timeout_s: int
) -> triggers.Trigger:
    """Call a function whenever its code or settings have changed, and wait for its result."""
    return triggers.Trigger(
        scope,
        "Run",
        handler=private.function,
        timeout=Duration.seconds(timeout_s),
        invocation_type=triggers.InvocationType.REQUEST_RESPONSE,
        # Its permissions and network routes must exist before it is called.
        execute_after=[private],
    )
