"""Deploy the product to the emulator as the CDK app does to AWS; idempotent."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bikeshare.drops import Lane
from local_stack.bundle import bundle
from local_stack.emulated_aws import ACCOUNT, EmulatedAws

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

BUCKET: Final = "bikeshare-drops"
PACKAGES: Final = ("bikeshare", "lambdas")
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/bikeshare-local"
# The longest that Lambda allows, as a month of trips is one file; also the queues' visibility
# timeout, which SQS requires to be at least as long.
TIMEOUT_S: Final = 900
MAX_RECEIVES: Final = 5
CONCURRENCY: Final = 2
DEAD_LETTERS_KEPT_S: Final = 14 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """A function, the queue it reads, and the lanes whose drops the queue announces."""

    function: str
    queue: str
    lanes: tuple[Lane, ...]

    @property
    def handler(self) -> str:
        """The entry point of its code, in Lambda's notation."""
        return f"lambdas.{self.function}.handler.handler"


# Live files never queue behind history: each lane has its own queue, and so its own concurrency.
PUBLISHERS: Final = (
    Publisher(function="publish_trips", queue="bikeshare-trips", lanes=(Lane.LIVE,)),
    Publisher(function="publish_trips", queue="bikeshare-backfill", lanes=(Lane.BACKFILL,)),
    Publisher(function="publish_stations", queue="bikeshare-stations", lanes=(Lane.STATIONS,)),
)


def deploy(
    aws: EmulatedAws,
    settings: Mapping[str, str],
    *,
    publishers: tuple[Publisher, ...] = PUBLISHERS,
    code: bytes | None = None,
) -> None:
    """Create the bucket, its queues, and the functions with their environment."""
    s3, sqs, functions = aws.s3(), aws.sqs(), aws.functions()
    _deploy_bucket(s3)
    arns = {publisher.queue: _deploy_queue(sqs, publisher.queue) for publisher in publishers}
    # After the queues, which the notifications need.
    _announce(s3, publishers, arns)
    code = code or bundle(PACKAGES)
    urls = {
        f"{lane.name}_QUEUE_URL": queue_url(sqs, publisher.queue)
        for publisher in publishers
        for lane in publisher.lanes
    }
    for publisher in {publisher.function: publisher for publisher in publishers}.values():
        environment = {**settings, **urls, "POWERTOOLS_SERVICE_NAME": publisher.function}
        _deploy_function(functions, publisher, environment, code)
    for publisher in publishers:
        _map_source(functions, publisher, arns[publisher.queue])


def _deploy_bucket(s3: "S3Client") -> None:
    if BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})


def queue_url(sqs: "SQSClient", name: str) -> str:
    """Return a queue's URL; create the queue if it is missing."""
    try:
        return sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        return sqs.create_queue(QueueName=name)["QueueUrl"]


def _queue_arn(sqs: "SQSClient", url: str) -> str:
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]


def _deploy_queue(sqs: "SQSClient", name: str) -> str:
    dead = queue_url(sqs, f"{name}-dead")
    sqs.set_queue_attributes(
        QueueUrl=dead, Attributes={"MessageRetentionPeriod": str(DEAD_LETTERS_KEPT_S)}
    )
    redrive = {"deadLetterTargetArn": _queue_arn(sqs, dead), "maxReceiveCount": MAX_RECEIVES}
    url = queue_url(sqs, name)
    sqs.set_queue_attributes(
        QueueUrl=url,
        Attributes={"VisibilityTimeout": str(TIMEOUT_S), "RedrivePolicy": json.dumps(redrive)},
    )
    return _queue_arn(sqs, url)


def _announce(s3: "S3Client", publishers: tuple[Publisher, ...], arns: Mapping[str, str]) -> None:
    s3.put_bucket_notification_configuration(
        Bucket=BUCKET,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "Id": lane.value,
                    "QueueArn": arns[publisher.queue],
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": lane.prefix}]}},
                }
                for publisher in publishers
                for lane in publisher.lanes
            ]
        },
    )


def _deploy_function(
    functions: "LambdaClient", publisher: Publisher, environment: Mapping[str, str], code: bytes
) -> None:
    name = publisher.function
    try:
        before = functions.get_function_configuration(FunctionName=name)
    except functions.exceptions.ResourceNotFoundException:
        functions.create_function(
            FunctionName=name,
            Runtime="python3.11",
            Role=ROLE,
            Handler=publisher.handler,
            Code={"ZipFile": code},
            Timeout=TIMEOUT_S,
            MemorySize=512,
            Environment={"Variables": dict(environment)},
        )
        return
    if before["CodeSha256"] != base64.b64encode(hashlib.sha256(code).digest()).decode():
        functions.update_function_code(FunctionName=name, ZipFile=code)
    functions.update_function_configuration(
        FunctionName=name,
        Handler=publisher.handler,
        Timeout=TIMEOUT_S,
        Environment={"Variables": dict(environment)},
    )


def _map_source(functions: "LambdaClient", publisher: Publisher, queue_arn: str) -> None:
    found = functions.list_event_source_mappings(
        FunctionName=publisher.function, EventSourceArn=queue_arn
    )
    if not found["EventSourceMappings"]:
        functions.create_event_source_mapping(
            FunctionName=publisher.function,
            EventSourceArn=queue_arn,
            BatchSize=1,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            ScalingConfig={"MaximumConcurrency": CONCURRENCY},
        )
