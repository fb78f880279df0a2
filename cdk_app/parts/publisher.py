"""From a queue of arrived files to Kafka."""

from dataclasses import dataclass
from typing import cast

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from bikeshare.drops import REJECTED_PREFIX, UNFINISHED_PREFIX, Lane
from cdk_app.parts.findings import explain_matching
from cdk_app.parts.network import Network
from cdk_app.parts.private_function import FunctionCode, FunctionSize, PrivateFunction

# A file is a batch of its own: a large one never holds up or fails together with a small one.
FILES_AT_ONCE = 1
# What one call reads of a file: a minute or two of its ten, where every row is an ordinary one.
PART_LINES = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Intake:
    """A queue of files, and how many of them are read at once: MSK limits new sign-ins."""

    queue: sqs.IQueue
    at_once: int


class Publisher(Construct):
    """A function that is told of files, reads them, and answers for each message alone."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        code: FunctionCode,
        size: FunctionSize,
        network: Network,
    ) -> None:
        super().__init__(scope, id_)
        self.private = PrivateFunction(self, "Publish", code=code, size=size, network=network)
        self.function = self.private.function

    def consume(self, *intakes: Intake) -> None:
        """Take messages off queues, none of which can use up what is set apart for another."""
        for intake in intakes:
            self.function.add_event_source(
                sources.SqsEventSource(
                    intake.queue,
                    batch_size=FILES_AT_ONCE,
                    max_concurrency=intake.at_once,
                    report_batch_item_failures=True,
                )
            )
        self.private.allow(
            iam.PolicyStatement(
                sid="TakeArrivals",
                actions=[
                    "sqs:ChangeMessageVisibility",
                    "sqs:DeleteMessage",
                    "sqs:GetQueueAttributes",
                    "sqs:ReceiveMessage",
                ],
                resources=[intake.queue.queue_arn for intake in intakes],
            )
        )

    def read_drops(self, bucket: s3.IBucket, lanes: tuple[Lane, ...]) -> None:
        """Let it read the files of its lanes and set rejected rows aside."""
        self.private.allow(
            iam.PolicyStatement(
                sid="ReadDrops",
                actions=["s3:GetObject", "s3:GetObjectVersion"],
                resources=[bucket.arn_for_objects(f"{lane.prefix}*") for lane in lanes],
            ),
            iam.PolicyStatement(
                sid="TellMissingFromForbidden",
                # Without it S3 answers "forbidden" for an object that has been deleted.
                actions=["s3:ListBucket"],
                resources=[bucket.bucket_arn],
            ),
            iam.PolicyStatement(
                sid="SetRowsAside",
                actions=["s3:PutObject"],
                resources=[bucket.arn_for_objects(f"{REJECTED_PREFIX}*")],
            ),
        )
        explain_matching(
            self.private.role,
            r"AwsSolutions-IAM5\[Resource::.+/(live|backfill|stations|rejected|unfinished)/\*\]",
            "The objects of a lane are named by whoever drops them.",
        )
        if bucket.encryption_key is not None:
            self.private.allow(
                iam.PolicyStatement(
                    sid="DropsKey",
                    actions=["kms:Decrypt", "kms:GenerateDataKey"],
                    resources=[bucket.encryption_key.key_arn],
                )
            )

    def hand_on(self, bucket: s3.IBucket, *queues: sqs.IQueue) -> None:
        """Let it tell its own queues of the rest of a large drop, and keep what is set aside."""
        # AWS ends a chain of a function that calls itself by a queue after 16 links: a file of more
        # parts would never be published. This chain ends, since each part begins behind the last.
        made = cast("lambda_.CfnFunction", self.function.node.default_child)
        made.recursive_loop = "Allow"
        self.private.allow(
            iam.PolicyStatement(
                sid="HandOn",
                actions=["sqs:SendMessage"],
                resources=[queue.queue_arn for queue in queues],
            ),
            iam.PolicyStatement(
                sid="KeepUnfinished",
                actions=["s3:GetObject", "s3:PutObject"],
                resources=[bucket.arn_for_objects(f"{UNFINISHED_PREFIX}*")],
            ),
        )


def publishing_size(*, log_days: int, timeout_s: int) -> FunctionSize:
    """One whole processor (1,769 MiB buys it), because parsing rows is what takes the time."""
    return FunctionSize(memory_mib=1_769, timeout_s=timeout_s, log_days=log_days)
