"""The metrics that AWS publishes for the services in use."""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

PERIOD_MINUTES = 5


@dataclass(frozen=True, kw_only=True)
class ServiceMetrics:
    """One service's metrics for one resource."""

    namespace: str
    dimensions: dict[str, str]

    def metric(self, name: str, statistic: str) -> cloudwatch.Metric:
        """Return a metric of the resource."""
        return cloudwatch.Metric(
            namespace=self.namespace,
            dimensions_map=self.dimensions,
            metric_name=name,
            statistic=statistic,
            period=Duration.minutes(PERIOD_MINUTES),
        )


def api_metrics(api_name: str, stage: str) -> ServiceMetrics:
    """Return API Gateway's metrics of the API."""
    return ServiceMetrics(
        namespace="AWS/ApiGateway", dimensions={"ApiName": api_name, "Stage": stage}
    )


def proxy_metrics(proxy_name: str) -> ServiceMetrics:
    """Return the metrics of the database proxy."""
    return ServiceMetrics(namespace="AWS/RDS", dimensions={"ProxyName": proxy_name})
