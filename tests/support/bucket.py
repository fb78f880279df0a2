"""A bucket and its queues in the emulator, without the functions behind them."""

from pathlib import Path

from local_stack.deployment import BUCKET, PUBLISHERS, queue_url
from local_stack.emulated_aws import EmulatedAws
from local_stack.services.aws import Aws


class SilentAws(Aws):
    """An emulator with no listeners: nobody is notified of what lands."""

    def __init__(self, *, home: Path) -> None:
        super().__init__(home=home, function_settings={})

    def settle(self) -> None:
        """Create the bucket and the queues."""
        aws = EmulatedAws(self.endpoint)
        aws.s3().create_bucket(Bucket=BUCKET)
        aws.s3().put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        for publisher in PUBLISHERS:
            queue_url(aws.sqs(), publisher.queue)
            queue_url(aws.sqs(), f"{publisher.queue}-dead")

    def bodies(self, queue: str) -> list[str]:
        """Receive the messages waiting in a queue; return their bodies."""
        sqs = EmulatedAws(self.endpoint).sqs()
        url, found = queue_url(sqs, queue), list[str]()
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append(message["Body"])
        return found
