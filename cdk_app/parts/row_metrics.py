"""Totals from the publishers' logs: rows published, rows set aside, files refused."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

# The line that a publisher logs for each drop; its fields are those of the drop's summary.
PUBLISHED = "drop published"
PERIOD_MINUTES = 5


class RowMetrics(Construct):
    """Metrics from the logs of all publishers, with one namespace per stage."""

    def __init__(self, scope: Construct, id_: str, *, namespace: str) -> None:
        super().__init__(scope, id_)
        self._namespace = namespace
        self.published = self._sum("RowsPublished")
        self.rejected = self._sum("RowsRejected")
        self.refused = self._sum("FilesRefused")

    def read(self, name: str, log_group: logs.ILogGroup) -> None:
        """Create metric filters on one publisher's log."""
        line = logs.FilterPattern.string_value("$.message", "=", PUBLISHED)
        refused = logs.FilterPattern.string_value("$.outcome", "=", "refused")
        for metric, pattern, value in (
            ("RowsPublished", line, "$.rows_published"),
            ("RowsRejected", line, "$.rows_rejected"),
            ("FilesRefused", logs.FilterPattern.all(line, refused), "1"),
        ):
            logs.MetricFilter(
                self,
                f"{name}{metric}",
                log_group=log_group,
                filter_pattern=pattern,
                metric_namespace=self._namespace,
                metric_name=metric,
                metric_value=value,
            )

    def _sum(self, metric: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=self._namespace,
            metric_name=metric,
            statistic="Sum",
            period=Duration.minutes(PERIOD_MINUTES),
        )
