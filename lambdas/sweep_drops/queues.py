"""The publishers' queues, as the sweep uses them: it speaks on S3's behalf."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bikeshare.drops import Drop
from lambdas.notifications import Landed, notification

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, kw_only=True)
class ArrivalQueue:
    """A queue in SQS that tells a publisher which objects landed in a bucket."""

    client: "SQSClient"
    url: str
    bucket: str

    def waiting(self) -> int:
        """Count the messages that nobody has taken yet, as far as SQS knows."""
        found = self.client.get_queue_attributes(
            QueueUrl=self.url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    def announce(self, drop: Drop) -> None:
        """Send what S3 would have sent."""
        body = notification(Landed(bucket=self.bucket, drop=drop))
        self.client.send_message(QueueUrl=self.url, MessageBody=body)
