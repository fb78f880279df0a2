"""What holds state: the network, the drop zone with its queues, Kafka and Postgres."""

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from constructs import Construct

from bikeshare.topics import DROPS, STATIONS, TRIPS, TRIPS_BACKFILL
from cdk_app.config import StageConfig
from cdk_app.parts.access_logs import AccessLogs
from cdk_app.parts.custom_resources import explain_custom_resources
from cdk_app.parts.database import Database, DatabaseSize
from cdk_app.parts.drop_zone import DropZone
from cdk_app.parts.event_log import EventLog
from cdk_app.parts.network import Network

PLACES = ec2.InterfaceVpcEndpointAwsService.LOCATION_SERVICE_PLACES


class DataStack(Stack):
    """The stateful half; its outputs are what the pipeline and the API are wired to."""

    def __init__(self, scope: Construct, id_: str, *, config: StageConfig, region: str) -> None:
        super().__init__(
            scope,
            id_,
            env={"region": region},
            description=f"{config.system.name}: drops, Kafka and Postgres",
            termination_protection=config.retain,
        )
        key = self._key(config)
        self.network = Network(self, "Network", zones=config.zones, log_days=config.log_days)
        for name, service in _doors(config).items():
            self.network.open_door(name, service)
        self.places = (
            self.network.open_door("Places", PLACES) if config.geocoder == "amazon" else None
        )
        self.access_logs = AccessLogs(self, "AccessLogs", retain=config.retain)
        self.drop_zone = DropZone(
            self,
            "DropZone",
            retain=config.retain,
            key=key,
            access_logs=self.access_logs.bucket,
        )
        self._tell_addresses()
        self.event_log = EventLog(
            self,
            "EventLog",
            vpc=self.network.vpc,
            broker=config.kafka_broker if config.kafka == "provisioned" else None,
            log_days=config.log_days,
        )
        self.event_log.add_topics(
            {
                TRIPS: config.live_partitions,
                TRIPS_BACKFILL: config.backfill_partitions,
                STATIONS: 1,
                DROPS: 1,
            },
            retention_days=config.kafka_retention_days,
        )
        self.database = Database(
            self, "Database", vpc=self.network.vpc, size=_size(config), key=key
        )
        explain_custom_resources(self)

    def _tell_addresses(self) -> None:
        """Output the names that the runbook's commands need."""
        CfnOutput(self, "DropsBucket", value=self.drop_zone.bucket.bucket_name)
        for lane, arrivals in self.drop_zone.arrivals.items():
            name = lane.value.capitalize()
            CfnOutput(self, f"{name}QueueUrl", value=arrivals.queue.queue_url)
            CfnOutput(self, f"{name}DeadLettersArn", value=arrivals.dead.queue_arn)

    def _key(self, config: StageConfig) -> kms.Key | None:
        if not config.customer_managed_key:
            return None
        return kms.Key(
            self,
            "Key",
            description=f"{config.system.name}: drops, database and its secrets",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN if config.retain else RemovalPolicy.DESTROY,
        )


def _size(config: StageConfig) -> DatabaseSize:
    return DatabaseSize(
        instance=config.database_instance,
        gib=config.database_gib,
        multi_az=config.database_multi_az,
        backup_days=config.database_backup_days,
        retain=config.retain,
    )


def _doors(config: StageConfig) -> dict[str, ec2.IInterfaceVpcEndpointService]:
    """Return the endpoints in use and no more: each is billed by the hour and by the zone."""
    services = ec2.InterfaceVpcEndpointAwsService
    doors: dict[str, ec2.IInterfaceVpcEndpointService] = {
        "Secrets": services.SECRETS_MANAGER,
        # For the sweep and the rest of large drops; Lambda polls the queues from outside the VPC.
        "Queues": services.SQS,
    }
    if config.streaming_engine == "glue":
        # Lambda and EMR Serverless write logs and metrics from outside the VPC; Glue does not.
        doors |= {
            "Glue": services.GLUE,
            "Logs": services.CLOUDWATCH_LOGS,
            "Metrics": services.CLOUDWATCH_MONITORING,
        }
    return doors
