"""The sweep, which finds drops that were never announced and has them published after all."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk_app.parts.drop_zone import key_use
from cdk_app.parts.limited_function import FunctionCode, FunctionSize, LimitedFunction
from cdk_app.parts.network import Network
from cdk_app.parts.timetable import run_every

EVERY_MINUTES = 5
# Less than the interval between calls, so that one sweep has ended before the next begins.
TIMEOUT_S = 240
MEMORY_KEY = "sweeps/memory.json"


class DropSweep(Construct):
    """A function that compares the bucket with the database every few minutes."""

    def __init__(
        self, scope: Construct, id_: str, *, code: FunctionCode, log_days: int, network: Network
    ) -> None:
        super().__init__(scope, id_)
        size = FunctionSize(memory_mib=512, timeout_s=TIMEOUT_S, log_days=log_days)
        self.private = LimitedFunction(self, "Sweep", code=code, size=size, network=network)
        run_every(self.private.function, minutes=EVERY_MINUTES)

    def look_through(self, bucket: s3.IBucket) -> None:
        """Allow it to list every version of every drop, read none, and keep its own memory."""
        self.private.allow(
            iam.PolicyStatement(
                sid="ListDrops",
                # Without ListBucket, S3 answers "forbidden" for a memory that does not exist yet.
                actions=["s3:ListBucket", "s3:ListBucketVersions"],
                resources=[bucket.bucket_arn],
            ),
            iam.PolicyStatement(
                sid="KeepMemory",
                actions=["s3:GetObject", "s3:PutObject"],
                resources=[bucket.arn_for_objects(MEMORY_KEY)],
            ),
            *key_use(bucket),
        )

    def announce_to(self, queues: Sequence[sqs.IQueue]) -> None:
        """Allow it to announce a file as S3 would, and to see how many are waiting."""
        self.private.allow(
            iam.PolicyStatement(
                sid="Announce",
                actions=["sqs:GetQueueAttributes", "sqs:SendMessage"],
                resources=[queue.queue_arn for queue in queues],
            )
        )
