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
from cdk_app.parts.drop_zone import key_use
from cdk_app.parts.findings import explain_matching
from cdk_app.parts.limited_function import FunctionCode, FunctionSize, LimitedFunction
from cdk_app.parts.network import Network

# One file per batch, so that a large one never delays a small one or fails with it.
FILES_AT_ONCE = 1
# How many lines of a file one call reads: a minute or two out of its ten, for ordinary rows.
PART_LINES = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Intake:
    """A queue of files, and how many are read at once, as MSK limits the rate of sign-ins."""

    queue: sqs.IQueue
    at_once: int


class Publisher(Construct):
    """A function that is notified of files, reads them, and reports failures per message."""

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
        self.private = LimitedFunction(self, "Publish", code=code, size=size, network=network)
        self.function = self.private.function

    def consume(self, *intakes: Intake) -> None:
        """Consume queues, each with its own concurrency, so that none can starve another."""
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
        """Allow it to read the files of its lanes and to set rejected rows aside."""
        self.private.allow(
            iam.PolicyStatement(
                sid="ReadDrops",
                actions=["s3:GetObject", "s3:GetObjectVersion"],
                resources=[bucket.arn_for_objects(f"{lane.prefix}*") for lane in lanes],
            ),
            iam.PolicyStatement(
                sid="TellMissingFromForbidden",
                # Without it, S3 answers "forbidden" for an object that has been deleted.
                actions=["s3:ListBucket"],
                resources=[bucket.bucket_arn],
            ),
            iam.PolicyStatement(
                sid="SetRowsAside",
                actions=["s3:PutObject"],
                resources=[bucket.arn_for_objects(f"{REJECTED_PREFIX}*")],
            ),
            *key_use(bucket),
        )
        explain_matching(
            self.private.role,
            r"AwsSolutions-IAM5\[Resource::.+/(live|backfill|stations|rejected|unfinished)/\*\]",
            "The objects of a lane are named by whoever drops them.",
        )

    def hand_on(self, bucket: s3.IBucket, *queues: sqs.IQueue) -> None:
        """Allow it to queue the rest of a large drop for itself, and to keep what is set aside."""
        # AWS stops a function that invokes itself through a queue after 16 calls, so a file of more
        # parts would never be published. This recursion ends, as each part begins after the last.
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
    """Return the size with one whole vCPU (1,769 MiB), because parsing rows takes the time."""
    return FunctionSize(memory_mib=1_769, timeout_s=timeout_s, log_days=log_days)
