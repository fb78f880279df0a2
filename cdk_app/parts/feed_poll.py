"""The poller, which fetches a public feed and drops it as anyone drops a file."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from bikeshare.drops import Lane
from cdk_app.parts.drop_zone import key_use
from cdk_app.parts.findings import explain_matching
from cdk_app.parts.limited_function import FunctionCode, FunctionSize, LimitedFunction
from cdk_app.parts.timetable import run_every

# A run fetches at most three addresses, ten seconds each; the next begins after a minute.
TIMEOUT_S = 60
NOTEBOOK_KEY = "polls/notebook.json"
# The line logged for each address, with the number of its consecutive failures.
POLLED = "feed polled"
PERIOD_MINUTES = 5


class FeedPoll(Construct):
    """A scheduled function outside the VPC, since the feed is on the internet."""

    def __init__(
        self, scope: Construct, id_: str, *, code: FunctionCode, log_days: int, minutes: int
    ) -> None:
        super().__init__(scope, id_)
        size = FunctionSize(memory_mib=256, timeout_s=TIMEOUT_S, log_days=log_days)
        self.outside = LimitedFunction(self, "Poll", code=code, size=size, network=None)
        run_every(self.outside.function, minutes=minutes)

    def drop_into(self, bucket: s3.IBucket) -> None:
        """Allow it to write snapshots and its own notes, and to read only the notes."""
        notes = bucket.arn_for_objects(NOTEBOOK_KEY)
        snapshots = bucket.arn_for_objects(f"{Lane.STATIONS.prefix}*")
        self.outside.allow(
            iam.PolicyStatement(
                sid="DropSnapshots", actions=["s3:PutObject"], resources=[snapshots, notes]
            ),
            iam.PolicyStatement(sid="ReadNotes", actions=["s3:GetObject"], resources=[notes]),
            iam.PolicyStatement(
                sid="TellMissingFromForbidden",
                # Without it, S3 answers "forbidden" for notes that do not exist yet.
                actions=["s3:ListBucket"],
                resources=[bucket.bucket_arn],
            ),
            *key_use(bucket),
        )
        explain_matching(
            self.outside.role,
            rf"AwsSolutions-IAM5\[Resource::.+/{Lane.STATIONS.prefix}\*\]",
            "A snapshot is named by its feed and its time.",
        )

    def failures(self, scope: Construct, *, namespace: str) -> cloudwatch.Metric:
        """Return the metric of consecutive failures, of the address with the most."""
        name = "FeedFailures"
        logs.MetricFilter(
            scope,
            name,
            log_group=self.outside.log_group,
            filter_pattern=logs.FilterPattern.string_value("$.message", "=", POLLED),
            metric_namespace=namespace,
            metric_name=name,
            metric_value="$.failures",
        )
        return cloudwatch.Metric(
            namespace=namespace,
            metric_name=name,
            statistic="Maximum",
            period=Duration.minutes(PERIOD_MINUTES),
        )
