"""Queue again what was lost with the queues: they roll back when the emulator is killed."""

import json
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from bikeshare.drops import Drop
from local_stack.accounts import accounts, dropped
from local_stack.deployment import BUCKET, PUBLISHERS, queue_url
from local_stack.emulated_aws import EmulatedAws

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

logger = logging.getLogger(__name__)


def requeue_unpublished(aws: EmulatedAws, dsn: str) -> int:
    """
    Empty the queues and announce every drop that no attempt has published to its end.

    A drop that lands in between is announced by S3 itself after the queues were emptied, or is
    listed here, or both: a second attempt changes nothing but the count of duplicates.
    """
    sqs = aws.sqs()
    urls = {p.queue: queue_url(sqs, p.queue) for p in PUBLISHERS}
    for url in urls.values():
        sqs.purge_queue(QueueUrl=url)
    known = accounts(dsn)
    lost = [
        drop
        for drop in dropped(aws.s3())
        if drop.drop_id not in known or known[drop.drop_id].state == "publishing"
    ]
    for publisher in PUBLISHERS:
        announce(sqs, urls[publisher.queue], [d for d in lost if d.lane in publisher.lanes])
    logger.info("drops queued again: %d", len(lost))
    return len(lost)


def announce(sqs: "SQSClient", url: str, drops: Iterable[Drop]) -> None:
    """Send what S3 would have sent."""
    for drop in sorted(drops, key=lambda drop: drop.received_at):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(notification(drop)))


def notification(drop: Drop) -> dict[str, object]:
    """Write the part of S3's event that tells which object landed."""
    described = {
        "key": quote_plus(drop.key),
        "size": drop.size_bytes,
        "eTag": drop.etag.strip('"'),
        "versionId": drop.version_id,
    }
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventTime": drop.received_at.isoformat(),
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": BUCKET}, "object": described},
    }
    return {"Records": [record]}
