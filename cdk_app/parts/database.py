"""Postgres behind a proxy: the proxy keeps the passwords, its clients sign in by IAM."""

from dataclasses import dataclass
from typing import cast

from aws_cdk import CfnResource, Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct, IConstruct

from cdk_app.parts.findings import explain, explain_to_checkov

PORT = 5432
NAME = "bikeshare"
OWNER = "bikeshare"
READER = "bikeshare_api"
ROTATION_DAYS = 30
PARAMETERS = {
    "rds.force_ssl": "1",
    # The statement that looks up an address contains a rider's search, so the log gets errors
    # without statements, and no slow statements. Performance Insights shows what is slow.
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
}


@dataclass(frozen=True, kw_only=True)
class DatabaseSize:
    """How large the instance is, and how safe."""

    instance: str
    gib: int
    multi_az: bool
    backup_days: int
    retain: bool


class Database(Construct):
    """An instance that accepts only TLS, and the proxy through which everything reaches it."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        vpc: ec2.IVpc,
        size: DatabaseSize,
        key: kms.IKey | None,
    ) -> None:
        super().__init__(scope, id_)
        self.instance = self._instance(vpc, size, key)
        owner = cast("secretsmanager.ISecret", self.instance.secret)
        self.reader_secret = rds.DatabaseSecret(
            self, "Reader", username=READER, dbname=NAME, encryption_key=key
        )
        reader = self.reader_secret.attach(self.instance)
        self.proxy_group = ec2.SecurityGroup(
            self, "ProxyGroup", vpc=vpc, description="Database proxy", allow_all_outbound=False
        )
        self.proxy = self.instance.add_proxy(
            "Proxy",
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            security_groups=[self.proxy_group],
            secrets=[owner, reader],
            iam_auth=True,
            require_tls=True,
            # A function that gets no connection can answer 503 well before API Gateway gives up.
            borrow_timeout=Duration.seconds(5),
        )
        self._rotate(vpc, owner, reader)
        self._explain(size)
        if key is None:
            self._explain_keys(self.instance.node.find_child("Secret"), self.reader_secret)

    def let_in(self, client: ec2.IConnectable, role: iam.IRole, *, user: str) -> None:
        """Allow a client to reach the proxy and to sign in as this user only."""
        client.connections.allow_to(self.proxy_group, ec2.Port.tcp(PORT), f"signs in as {user}")
        self.proxy.grant_connect(role, user)

    def _instance(
        self, vpc: ec2.IVpc, size: DatabaseSize, key: kms.IKey | None
    ) -> rds.DatabaseInstance:
        return rds.DatabaseInstance(
            self,
            "Instance",
            # RDS withdraws each version for new instances after a while; cfn-lint says when.
            engine=rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_17_9),
            instance_type=ec2.InstanceType(size.instance),
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            port=PORT,
            database_name=NAME,
            credentials=rds.Credentials.from_generated_secret(OWNER, encryption_key=key),
            parameters=PARAMETERS,
            storage_encrypted=True,
            storage_encryption_key=key,
            storage_type=rds.StorageType.GP3,
            allocated_storage=size.gib,
            max_allocated_storage=4 * size.gib,
            multi_az=size.multi_az,
            backup_retention=Duration.days(size.backup_days),
            delete_automated_backups=not size.retain,
            copy_tags_to_snapshot=True,
            auto_minor_version_upgrade=True,
            enable_performance_insights=True,
            performance_insight_encryption_key=key,
            performance_insight_retention=rds.PerformanceInsightRetention.DEFAULT,
            # RDS creates the log group itself, and leaves it behind on deletion.
            cloudwatch_logs_exports=["postgresql"] if size.retain else None,
            deletion_protection=size.retain,
            removal_policy=RemovalPolicy.SNAPSHOT if size.retain else RemovalPolicy.DESTROY,
        )

    def _rotate(self, vpc: ec2.IVpc, *secrets: secretsmanager.ISecret) -> None:
        """Rotate the passwords, which only the proxy knows."""
        for number, secret in enumerate(secrets):
            rotation = secretsmanager.HostedRotation.postgre_sql_single_user(
                vpc=vpc,
                vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            )
            secret.add_rotation_schedule(
                f"Rotation{number}",
                automatically_after=Duration.days(ROTATION_DAYS),
                # The migrations create the reader.
                rotate_immediately_on_update=False,
                hosted_rotation=rotation,
            )
            self.instance.connections.allow_default_port_from(rotation, "changes passwords")

    def _explain(self, size: DatabaseSize) -> None:
        explain(
            self.instance,
            "AwsSolutions-RDS11",
            "The subnets are isolated and the proxy's group is the only way in; "
            "another port would hide nothing.",
        )
        if not size.multi_az:
            reason = "This stage can wait for a repair."
            explain(self.instance, "AwsSolutions-RDS3", reason)
            instance = cast("CfnResource", self.instance.node.default_child)
            explain_to_checkov(instance, "CKV_AWS_157", reason)
        if not size.retain:
            explain(self.instance, "AwsSolutions-RDS10", "This stage is made to be destroyed.")

    def _explain_keys(self, *secrets: IConstruct) -> None:
        for secret in secrets:
            resource = cast("CfnResource", secret.node.default_child)
            reason = "This stage has no key of its own; the account's encrypts its secrets."
            explain_to_checkov(resource, "CKV_AWS_149", reason)
