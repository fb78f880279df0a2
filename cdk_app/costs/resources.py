"""What each resource type in a template costs a month while idle."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from cdk_app.costs import prices

Properties = Mapping[str, Any]

# An event source mapping polls its queue with five concurrent long polls of twenty seconds.
POLLS_PER_MAPPING: Final = 5 * 3 * 60 * prices.HOURS


def _serverless_cluster(_properties: Properties) -> float:
    return prices.KAFKA_SERVERLESS_HOUR * prices.HOURS


def _cluster(properties: Properties) -> float:
    node = properties["BrokerNodeGroupInfo"]
    storage = node["StorageInfo"]["EBSStorageInfo"]["VolumeSize"] * prices.KAFKA_STORAGE_GB_MONTH
    hour = prices.KAFKA_BROKER_HOUR[node["InstanceType"]]
    return float(properties["NumberOfBrokerNodes"] * (hour * prices.HOURS + storage))


def _database(properties: Properties) -> float:
    copies = 2 if properties.get("MultiAZ") else 1
    hour = prices.DATABASE_HOUR[properties["DBInstanceClass"]]
    gib = float(properties["AllocatedStorage"])
    return copies * (hour * prices.HOURS + gib * prices.DATABASE_STORAGE_GB_MONTH)


def _job(properties: Properties) -> float:
    """Price a streaming job at its most workers, as it may scale down; a batch job idles."""
    if properties["Command"]["Name"] != "gluestreaming":
        return 0.0
    dpus = properties["NumberOfWorkers"] * prices.DPUS[properties["WorkerType"]]
    return float(dpus * prices.GLUE_DPU_HOUR * prices.HOURS)


def _application(properties: Properties) -> float:
    most = properties["MaximumCapacity"]
    vcpus, gigabytes = float(most["Cpu"].split()[0]), float(most["Memory"].split()[0])
    hour = vcpus * prices.EMR_VCPU_HOUR + gigabytes * prices.EMR_GB_HOUR
    return hour * prices.HOURS


def _endpoint(properties: Properties) -> float:
    """Price an endpoint by its zones; the gateway endpoint for S3 is free."""
    if properties.get("VpcEndpointType") != "Interface":
        return 0.0
    return len(properties["SubnetIds"]) * prices.ENDPOINT_ZONE_HOUR * prices.HOURS


def _firewall(properties: Properties) -> float:
    return prices.FIREWALL_MONTH + len(properties["Rules"]) * prices.FIREWALL_RULE_MONTH


def _each(month: float) -> Callable[[Properties], float]:
    return lambda _properties: month


# The line of the bill that a type belongs to, and what one resource of it costs.
BY_THE_MONTH: Final[Mapping[str, tuple[str, Callable[[Properties], float]]]] = {
    "AWS::MSK::ServerlessCluster": ("Kafka", _serverless_cluster),
    "AWS::MSK::Cluster": ("Kafka", _cluster),
    "AWS::RDS::DBInstance": ("Postgres", _database),
    "AWS::Glue::Job": ("Streaming job", _job),
    "AWS::EMRServerless::Application": ("Streaming job", _application),
    "AWS::EC2::VPCEndpoint": ("VPC endpoints", _endpoint),
    "AWS::WAFv2::WebACL": ("Firewall", _firewall),
    "AWS::SecretsManager::Secret": ("Secrets and keys", _each(prices.SECRET_MONTH)),
    "AWS::KMS::Key": ("Secrets and keys", _each(prices.KEY_MONTH)),
    "AWS::CloudWatch::Alarm": ("Monitoring", _each(prices.ALARM_MONTH)),
    "AWS::CloudWatch::Dashboard": ("Monitoring", _each(prices.DASHBOARD_MONTH)),
    "AWS::Logs::MetricFilter": ("Monitoring", _each(prices.METRIC_MONTH)),
    "AWS::Lambda::EventSourceMapping": (
        "Polling the queues",
        _each(POLLS_PER_MAPPING * prices.QUEUE_REQUEST),
    ),
}
# Priced with another resource, on whose properties the price depends.
WITH_ANOTHER: Final = ("AWS::RDS::DBProxy", "AWS::MSK::Topic", "AWS::Events::Rule")
# Billed by use only: by request, by byte, by second.
BY_USE: Final = (
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::Function",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::Scheduler::Schedule",
    "AWS::Serverless::Api",
    "AWS::Serverless::Function",
    "AWS::EC2::FlowLog",
)
FREE: Final = (
    "AWS::ApiGateway::Account",
    "AWS::Budgets::Budget",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::OriginRequestPolicy",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPC",
    "AWS::Glue::Connection",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::KMS::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::MSK::Configuration",
    "AWS::RDS::DBParameterGroup",
    "AWS::RDS::DBProxyTargetGroup",
    "AWS::RDS::DBSubnetGroup",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::SecretsManager::SecretTargetAttachment",
    # The CDK's own, which run only during a deploy.
    "Custom::AWS",
    "Custom::CDKBucketDeployment",
    "Custom::S3AutoDeleteObjects",
    "Custom::Trigger",
)
KNOWN: Final = frozenset({*BY_THE_MONTH, *WITH_ANOTHER, *BY_USE, *FREE})
