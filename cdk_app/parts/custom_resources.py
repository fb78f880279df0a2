"""The functions that the CDK itself adds to a stack, which run only during a deploy."""

from aws_cdk import Stack

from cdk_app.parts.findings import explain_matching

# The ids that the CDK gives to its singletons in a stack.
SDK_CALLS = "AWS679f53fac002430cb0da5b7982bd2287"
BUCKET_DEPLOYMENT = "Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C"

REASON = (
    "The CDK's own function: the deploy calls it and nothing else may; "
    "its code, runtime and policy come with the pinned version of the CDK."
)


def explain_custom_resources(stack: Stack) -> None:
    """Answer the findings on the CDK's own functions, by id, so that nothing else is covered."""
    for id_ in (SDK_CALLS, BUCKET_DEPLOYMENT):
        function = stack.node.try_find_child(id_)
        if function is not None:
            explain_matching(function, r"AwsSolutions-(IAM4|IAM5|L1)(\[.+\])?", REASON)
