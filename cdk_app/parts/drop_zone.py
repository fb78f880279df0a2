"""Where files land, and the queues that are notified of them."""

from dataclasses import dataclass
from typing import cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from bikeshare.drops import REJECTED_PREFIX, UNFINISHED_PREFIX, Lane

# A file that failed this often will not succeed by trying again.
MAX_ATTEMPTS = 5
# AWS asks for six times the consumer's timeout, so that a retry never overlaps a read.
VISIBILITY_FACTOR = 6
PUBLISHING_S = 600
# A file that could not be published is retried after 2, 8 and 32 minutes, then every hour.
FIRST_RETRY_S = 120
REPLACED_VERSIONS_DAYS = 30
# Longer than a message can wait in its queue and then among the dead letters.
UNFINISHED_DAYS = 30
COLD_AFTER_DAYS = 90


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """A queue of files to publish, and the dead letters of those that could not be published."""

    queue: sqs.Queue
    dead: sqs.Queue


class DropZone(Construct):
    """A bucket that notifies a queue of new objects, one queue per lane."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        retain: bool,
        key: kms.IKey | None,
        access_logs: s3.IBucket,
    ) -> None:
        super().__init__(scope, id_)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            versioned=True,
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key,
            bucket_key_enabled=bool(key),
            enforce_ssl=True,
            minimum_tls_version=1.2,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix="drops/",
            lifecycle_rules=_lifecycle(),
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
            auto_delete_objects=not retain,
        )
        # One queue per lane, so that a year of history never delays what was just dropped.
        self.arrivals = {lane: self._arrivals(lane.value.capitalize()) for lane in Lane}
        self._notify()

    def _arrivals(self, name: str) -> Arrivals:
        dead = sqs.Queue(
            self,
            f"{name}Dead",
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            retention_period=Duration.days(14),
        )
        queue = sqs.Queue(
            self,
            f"{name}Arrivals",
            enforce_ssl=True,
            # A message holds an object's key but no row, so the service's own KMS key is enough.
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            retention_period=Duration.days(14),
            visibility_timeout=Duration.seconds(VISIBILITY_FACTOR * PUBLISHING_S),
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=MAX_ATTEMPTS),
        )
        return Arrivals(queue=queue, dead=dead)

    def _notify(self) -> None:
        """Notify each lane's queue, by a CloudFormation property that needs no custom resource."""
        bucket = cast("s3.CfnBucket", self.bucket.node.default_child)
        bucket.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[
                _told(lane, arrivals.queue) for lane, arrivals in self.arrivals.items()
            ]
        )
        for queue in (arrivals.queue for arrivals in self.arrivals.values()):
            queue.add_to_resource_policy(_may_tell(queue))
            policy = queue.node.find_child("Policy").node.default_child
            # S3 refuses to notify a queue whose policy does not allow it yet.
            bucket.add_resource_dependency(cast("sqs.CfnQueuePolicy", policy))


def key_use(bucket: s3.IBucket, *, sid: str = "DropsKey") -> list[iam.PolicyStatement]:
    """Allow to read and write with the bucket's own key; a bucket without one needs nothing."""
    if bucket.encryption_key is None:
        return []
    return [
        iam.PolicyStatement(
            sid=sid,
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[bucket.encryption_key.key_arn],
        )
    ]


def _told(lane: Lane, queue: sqs.Queue) -> s3.CfnBucket.QueueConfigurationProperty:
    begins = s3.CfnBucket.FilterRuleProperty(name="prefix", value=lane.prefix)
    return s3.CfnBucket.QueueConfigurationProperty(
        event="s3:ObjectCreated:*",
        queue=queue.queue_arn,
        filter=s3.CfnBucket.NotificationFilterProperty(
            s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=[begins])
        ),
    )


def _may_tell(queue: sqs.Queue) -> iam.PolicyStatement:
    # By account, not by bucket, as the bucket already depends on this queue.
    account = queue.env.account
    return iam.PolicyStatement(
        sid="DropsAreTold",
        principals=[iam.ServicePrincipal("s3.amazonaws.com")],
        actions=["sqs:SendMessage"],
        resources=[queue.queue_arn],
        conditions={"StringEquals": {"aws:SourceAccount": account}},
    )


def _lifecycle() -> list[s3.LifecycleRule]:
    lanes = [
        s3.LifecycleRule(
            id=f"cool-{lane.value}",
            prefix=lane.prefix,
            transitions=[
                s3.Transition(
                    storage_class=s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
                    transition_after=Duration.days(COLD_AFTER_DAYS),
                )
            ],
        )
        for lane in Lane
    ]
    return [
        *lanes,
        s3.LifecycleRule(
            id="forget-rejected", prefix=REJECTED_PREFIX, expiration=Duration.days(COLD_AFTER_DAYS)
        ),
        s3.LifecycleRule(
            id="forget-unfinished",
            prefix=UNFINISHED_PREFIX,
            expiration=Duration.days(UNFINISHED_DAYS),
        ),
        s3.LifecycleRule(
            id="forget-replaced",
            noncurrent_version_expiration=Duration.days(REPLACED_VERSIONS_DAYS),
            abort_incomplete_multipart_upload_after=Duration.days(1),
        ),
    ]
