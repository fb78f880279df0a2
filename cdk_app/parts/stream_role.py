"""What the streaming job may do, whichever engine runs it."""

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from cdk_app.parts.findings import explain_matching
from cdk_app.parts.job_files import CHECKPOINTS, LOGS, WHEELS

# Spark names its consumer groups itself; this is how all of them begin.
GROUP_PREFIX = "spark-kafka-source"


class StreamRole(Construct):
    """The job's own role; Kafka and the database are added to it by the stack."""

    def __init__(self, scope: Construct, id_: str, *, service: str, files: s3.IBucket) -> None:
        super().__init__(scope, id_)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal(service))
        kept = [files.arn_for_objects(f"{prefix}/*") for prefix in (CHECKPOINTS, LOGS)]
        self.allow(
            iam.PolicyStatement(
                sid="KeepCheckpoints",
                actions=["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
                resources=kept,
            ),
            iam.PolicyStatement(
                sid="ReadWheels",
                actions=["s3:GetObject"],
                resources=[files.arn_for_objects(f"{WHEELS}/*")],
            ),
            iam.PolicyStatement(
                sid="ListFiles", actions=["s3:ListBucket"], resources=[files.bucket_arn]
            ),
        )
        explain_matching(
            self.role,
            rf"AwsSolutions-IAM5\[Resource::.+/({CHECKPOINTS}|{LOGS}|{WHEELS})/\*\]",
            "Spark names its checkpoint files itself, and pip's wheels change with their versions.",
        )
        explain_matching(
            self.role,
            rf"AwsSolutions-IAM5\[Resource::.+{GROUP_PREFIX}\*.*\]",
            "Spark makes up the rest of its consumer groups' names.",
        )

    def allow(self, *statements: iam.PolicyStatement) -> None:
        """Add to what the job may do."""
        for statement in statements:
            self.role.add_to_policy(statement)

    def read(self, asset: assets.Asset) -> None:
        """Let it read one object that the deploy sends along."""
        self.allow(
            iam.PolicyStatement(
                actions=["s3:GetObject"],
                resources=[asset.bucket.arn_for_objects(asset.s3_object_key)],
            )
        )

    def write_logs(self, group_prefix: str) -> None:
        """Let the engine write logs in groups of this name."""
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
