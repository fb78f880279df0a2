"""What the streaming job may do, whichever engine runs it."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk_app.parts.findings import explain_matching
from cdk_app.parts.job_files import CHECKPOINTS, LOGS
from cdk_app.parts.job_role import JobRole

# Spark generates the names of its consumer groups, all with this prefix.
GROUP_PREFIX = "spark-kafka-source"


class StreamRole(JobRole):
    """The job's own role; the stack adds access to Kafka and the database."""

    def __init__(self, scope: Construct, id_: str, *, service: str, files: s3.IBucket) -> None:
        super().__init__(scope, id_, service=service)
        self.read_wheels(files)
        kept = [files.arn_for_objects(f"{prefix}/*") for prefix in (CHECKPOINTS, LOGS)]
        self.allow(
            iam.PolicyStatement(
                sid="KeepCheckpoints",
                actions=["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
                resources=kept,
            ),
            iam.PolicyStatement(
                sid="ListFiles", actions=["s3:ListBucket"], resources=[files.bucket_arn]
            ),
        )
        explain_matching(
            self.role,
            rf"AwsSolutions-IAM5\[Resource::.+/({CHECKPOINTS}|{LOGS})/\*\]",
            "Spark names its checkpoint files itself.",
        )
        explain_matching(
            self.role,
            rf"AwsSolutions-IAM5\[Resource::.+{GROUP_PREFIX}\*.*\]",
            "Spark makes up the rest of its consumer groups' names.",
        )
