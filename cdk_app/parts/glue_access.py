"""What Glue itself needs in a closed network, spelled out to avoid its managed policy."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

# None of these can be limited to a resource.
LOOKUPS = (
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcEndpoints",
)
TAG = "aws-glue-service-resource"


def glue_network(
    stack: Stack, *, connection: str, subnet: str, security_group: str
) -> list[iam.PolicyStatement]:
    """Allow a job to read its connection, create interfaces in one subnet, and write metrics."""
    interfaces = stack.format_arn(service="ec2", resource="network-interface", resource_name="*")
    return [
        iam.PolicyStatement(
            sid="GlueConnection",
            actions=["glue:GetConnection"],
            resources=[stack.format_arn(service="glue", resource="catalog"), connection],
        ),
        iam.PolicyStatement(sid="GlueLookups", actions=list(LOOKUPS), resources=["*"]),
        iam.PolicyStatement(
            sid="GlueInterfaces",
            actions=["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"],
            resources=[
                interfaces,
                stack.format_arn(service="ec2", resource="subnet", resource_name=subnet),
                stack.format_arn(
                    service="ec2", resource="security-group", resource_name=security_group
                ),
            ],
        ),
        iam.PolicyStatement(
            sid="GlueTags",
            actions=["ec2:CreateTags", "ec2:DeleteTags"],
            resources=[interfaces],
            conditions={"ForAllValues:StringEquals": {"aws:TagKeys": [TAG]}},
        ),
        iam.PolicyStatement(
            sid="GlueMetrics",
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": "Glue"}},
        ),
    ]
