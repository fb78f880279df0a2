"""Functions that nothing calls but the deploy, which fails with them."""

from aws_cdk import Duration, triggers
from constructs import Construct

from cdk_app.parts.private_function import PrivateFunction


def call_on_deploy(
    scope: Construct, private: PrivateFunction, *, timeout_s: int
) -> triggers.Trigger:
    """Call a function whenever its code or its settings are new, and wait for its answer."""
    return triggers.Trigger(
        scope,
        "Run",
        handler=private.function,
        timeout=Duration.seconds(timeout_s),
        invocation_type=triggers.InvocationType.REQUEST_RESPONSE,
        # Its rights and its ways through the network must be there before it is called.
        execute_after=[private],
    )
