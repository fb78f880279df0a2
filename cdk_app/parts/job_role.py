"""What every Spark job may do, whichever engine runs it; each adds its own permissions."""

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from cdk_app.parts.findings import explain_matching
from cdk_app.parts.job_files import WHEELS


class JobRole(Construct):
    """A role without any permission yet."""

    def __init__(self, scope: Construct, id_: str, *, service: str) -> None:
        super().__init__(scope, id_)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal(service))

    def allow(self, *statements: iam.PolicyStatement) -> None:
        """Add to what the job may do."""
        for statement in statements:
            self.role.add_to_policy(statement)

    def read(self, asset: assets.Asset) -> None:
        """Allow it to read one asset of the deploy."""
        self.allow(
            iam.PolicyStatement(
                actions=["s3:GetObject"],
                resources=[asset.bucket.arn_for_objects(asset.s3_object_key)],
            )
        )

    def read_wheels(self, files: s3.IBucket) -> None:
        """Allow it to read what pip installs for it."""
        self.allow(
            iam.PolicyStatement(
                sid="ReadWheels",
                actions=["s3:GetObject"],
                resources=[files.arn_for_objects(f"{WHEELS}/*")],
            )
        )
        explain_matching(
            self.role,
            rf"AwsSolutions-IAM5\[Resource::.+/{WHEELS}/\*\]",
            "pip's wheels change with their versions.",
        )

    def write_logs(self, group_prefix: str) -> None:
        """Allow the engine to write to log groups with this prefix."""
        explain_matching(
            self.role,
            rf"AwsSolutions-IAM5\[Resource::.+:log-group:{group_prefix}\*\]",
            "The engine names its log groups and streams itself.",
        )
        stack = Stack.of(self)
        named = stack.format_arn(
            service="logs",
            resource="log-group",
            resource_name=f"{group_prefix}*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        self.allow(
            iam.PolicyStatement(
                sid="WriteLogs",
                actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[named],
            )
        )
