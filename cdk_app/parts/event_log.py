"""Kafka: the log of all rows, which can be re-read from its beginning."""

import base64
from collections.abc import Mapping, Sequence

from aws_cdk import RemovalPolicy, Stack, custom_resources
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_msk as msk
from constructs import Construct

from cdk_app.parts.findings import explain_matching
from cdk_app.parts.kafka_access import KafkaAccess
from cdk_app.parts.log_group import log_group

IAM_PORT = 9098
# Serverless keeps three copies of everything; so do our provisioned brokers.
COPIES = 3
KAFKA_VERSION = "3.9.x.kraft"
MS_PER_DAY = 86_400_000
BROKER_GIB = 250
BROKER_PROPERTIES = """\
auto.create.topics.enable=false
delete.topic.enable=true
default.replication.factor=3
min.insync.replicas=2
"""


class EventLog(Construct):
    """An MSK cluster without passwords: every client signs in by IAM."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        vpc: ec2.IVpc,
        broker: str | None,
        log_days: int,
    ) -> None:
        super().__init__(scope, id_)
        self.security_group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=vpc,
            description="Kafka brokers",
            allow_all_outbound=False,
        )
        self.is_serverless = broker is None
        self._cluster_arn = (
            self._provisioned(vpc, broker, log_days) if broker else self._serverless(vpc)
        )
        self.access = KafkaAccess(self._cluster_arn)
        self.bootstrap = self._bootstrap()

    def let_in(
        self,
        client: ec2.IConnectable,
        role: iam.IRole,
        *,
        may: Sequence[iam.PolicyStatement],
        purpose: str,
    ) -> None:
        """Allow a client to reach the brokers and to do there what these statements list."""
        client.connections.allow_to(self.security_group, ec2.Port.tcp(IAM_PORT), purpose)
        for statement in may:
            role.add_to_principal_policy(statement)

    def add_topics(self, partitions: Mapping[str, int], *, retention_days: int) -> None:
        """
        Create the topics, so that no client needs permission to.

        MSK's topic API, and so CloudFormation's resource, does not support serverless clusters;
        their topics are created by a function, which the pipeline's stack defines.
        """
        self.partitions = partitions
        self.retention_ms = retention_days * MS_PER_DAY
        if self.is_serverless:
            return
        configs = f"retention.ms={self.retention_ms}\n"
        for topic, count in partitions.items():
            created = msk.CfnTopic(
                self,
                f"Topic-{topic}",
                cluster_arn=self._cluster_arn,
                topic_name=topic,
                partition_count=count,
                replication_factor=COPIES,
                configs=base64.b64encode(configs.encode()).decode(),
            )
            created.apply_removal_policy(RemovalPolicy.DESTROY)

    def _serverless(self, vpc: ec2.IVpc) -> str:
        cluster = msk.CfnServerlessCluster(
            self,
            "Serverless",
            cluster_name=self._name(),
            client_authentication=msk.CfnServerlessCluster.ClientAuthenticationProperty(
                sasl=msk.CfnServerlessCluster.SaslProperty(
                    iam=msk.CfnServerlessCluster.IamProperty(enabled=True)
                )
            ),
            vpc_configs=[
                msk.CfnServerlessCluster.VpcConfigProperty(
                    subnet_ids=[subnet.subnet_id for subnet in vpc.isolated_subnets],
                    security_groups=[self.security_group.security_group_id],
                )
            ],
        )
        return cluster.attr_arn

    def _provisioned(self, vpc: ec2.IVpc, broker: str, log_days: int) -> str:
        zones = [subnet.subnet_id for subnet in vpc.isolated_subnets]
        properties = msk.CfnConfiguration(
            self,
            "Properties",
            name=self._name(),
            kafka_versions_list=[KAFKA_VERSION],
            server_properties=base64.b64encode(BROKER_PROPERTIES.encode()).decode(),
        )
        cluster = msk.CfnCluster(
            self,
            "Provisioned",
            cluster_name=self._name(),
            kafka_version=KAFKA_VERSION,
            number_of_broker_nodes=len(zones),
            broker_node_group_info=msk.CfnCluster.BrokerNodeGroupInfoProperty(
                instance_type=broker,
                storage_info=msk.CfnCluster.StorageInfoProperty(
                    ebs_storage_info=msk.CfnCluster.EBSStorageInfoProperty(volume_size=BROKER_GIB)
                ),
                client_subnets=zones,
                security_groups=[self.security_group.security_group_id],
            ),
            client_authentication=msk.CfnCluster.ClientAuthenticationProperty(
                sasl=msk.CfnCluster.SaslProperty(iam=msk.CfnCluster.IamProperty(enabled=True)),
                unauthenticated=msk.CfnCluster.UnauthenticatedProperty(enabled=False),
            ),
            configuration_info=msk.CfnCluster.ConfigurationInfoProperty(
                arn=properties.attr_arn, revision=properties.attr_latest_revision_revision
            ),
            encryption_info=msk.CfnCluster.EncryptionInfoProperty(
                encryption_in_transit=msk.CfnCluster.EncryptionInTransitProperty(
                    client_broker="TLS", in_cluster=True
                )
            ),
            enhanced_monitoring="PER_TOPIC_PER_BROKER",
            logging_info=self._broker_logs(log_days),
        )
        return cluster.attr_arn

    def _broker_logs(self, days: int) -> msk.CfnCluster.LoggingInfoProperty:
        group = log_group(self, days=days)
        return msk.CfnCluster.LoggingInfoProperty(
            broker_logs=msk.CfnCluster.BrokerLogsProperty(
                cloud_watch_logs=msk.CfnCluster.CloudWatchLogsProperty(
                    enabled=True, log_group=group.log_group_name
                )
            )
        )

    def _name(self) -> str:
        return Stack.of(self).stack_name

    def _bootstrap(self) -> str:
        """Ask MSK for the brokers' addresses, which CloudFormation does not return."""
        call = custom_resources.AwsSdkCall(
            service="Kafka",
            action="getBootstrapBrokers",
            parameters={"ClusterArn": self._cluster_arn},
            physical_resource_id=custom_resources.PhysicalResourceId.of("bootstrap"),
        )
        asked = custom_resources.AwsCustomResource(
            self,
            "Bootstrap",
            on_update=call,
            install_latest_aws_sdk=False,
            policy=custom_resources.AwsCustomResourcePolicy.from_statements(
                [
                    iam.PolicyStatement(
                        sid="AskForBrokers",
                        actions=["kafka:GetBootstrapBrokers"],
                        resources=["*"],
                    )
                ]
            ),
        )
        explain_matching(
            asked,
            r"AwsSolutions-IAM5\[Resource::\*\]",
            "Asking for brokers takes no resource: a policy that names the cluster never applies.",
        )
        return asked.get_response_field("BootstrapBrokerStringSaslIam")
