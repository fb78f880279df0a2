"""The measurement, every minute and from outside, of how late and far behind the stream is."""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk_app.parts.findings import explain_matching
from cdk_app.parts.limited_function import FunctionCode, FunctionSize, LimitedFunction
from cdk_app.parts.network import Network
from cdk_app.parts.timetable import run_every

EVERY_MINUTES = 1
# Less than the interval between calls.
TIMEOUT_S = 50
PERIOD_MINUTES = 5
# The lines that the function logs, and their fields.
MEASURED = "lag measured"
COUNTED = "records counted"


@dataclass(frozen=True, kw_only=True)
class LaneMetrics:
    """The metrics of one of the stream's queries."""

    slowest_drop_s: cloudwatch.Metric
    records_behind: cloudwatch.Metric
    batch_s: cloudwatch.Metric
    stalled_s: cloudwatch.Metric


class LagMeasure(Construct):
    """A function that reads the database, the checkpoints and where Kafka's topics end."""

    def __init__(
        self, scope: Construct, id_: str, *, code: FunctionCode, log_days: int, network: Network
    ) -> None:
        super().__init__(scope, id_)
        size = FunctionSize(memory_mib=512, timeout_s=TIMEOUT_S, log_days=log_days)
        self.private = LimitedFunction(self, "Measure", code=code, size=size, network=network)
        run_every(self.private.function, minutes=EVERY_MINUTES)

    def read_checkpoints(self, bucket: s3.IBucket, prefix: str) -> None:
        """Allow it to see how far each query has come, and nothing else in the bucket."""
        self.private.allow(
            iam.PolicyStatement(
                sid="ListCheckpoints",
                actions=["s3:ListBucket"],
                resources=[bucket.bucket_arn],
                conditions={"StringLike": {"s3:prefix": f"{prefix}/*"}},
            ),
            iam.PolicyStatement(
                sid="ReadCheckpoints",
                actions=["s3:GetObject"],
                resources=[bucket.arn_for_objects(f"{prefix}/*")],
            ),
        )
        explain_matching(
            self.private.role,
            rf"AwsSolutions-IAM5\[Resource::.+/{prefix}/\*\]",
            "Spark numbers its checkpoint files as it goes.",
        )

    def lane_metrics(self, scope: Construct, lane: str, *, namespace: str) -> LaneMetrics:
        """Create metrics from the lane's line in the log."""
        line = logs.FilterPattern.all(
            logs.FilterPattern.string_value("$.message", "=", MEASURED),
            logs.FilterPattern.string_value("$.lane", "=", lane),
        )
        name = lane.capitalize()

        def metric(noun: str, field: str) -> cloudwatch.Metric:
            return self._metric(scope, f"{name}{noun}", line, value=field, namespace=namespace)

        return LaneMetrics(
            slowest_drop_s=metric("SlowestDropSeconds", "$.slowest_drop_s"),
            records_behind=metric("RecordsBehind", "$.records_behind"),
            batch_s=metric("BatchSeconds", "$.batch_s"),
            stalled_s=metric("StalledSeconds", "$.stalled_s"),
        )

    def unreadable(self, scope: Construct, *, namespace: str) -> cloudwatch.Metric:
        """Return the metric of records that were set aside and not yet redriven."""
        line = logs.FilterPattern.string_value("$.message", "=", COUNTED)
        value = "$.unreadable_records"
        return self._metric(scope, "UnreadableRecords", line, value=value, namespace=namespace)

    def _metric(
        self, scope: Construct, name: str, line: logs.IFilterPattern, *, value: str, namespace: str
    ) -> cloudwatch.Metric:
        logs.MetricFilter(
            scope,
            name,
            log_group=self.private.log_group,
            filter_pattern=line,
            metric_namespace=namespace,
            metric_name=name,
            metric_value=value,
        )
        return cloudwatch.Metric(
            namespace=namespace,
            metric_name=name,
            statistic="Maximum",
            period=Duration.minutes(PERIOD_MINUTES),
        )
