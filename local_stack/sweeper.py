"""The sweep on one machine: on a timer, by a verb, and at once after the queues were lost."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg2
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.sweep_drops.sweep import Patience, Swept
from lambdas.sweep_drops.sweeping import Sweeping
from local_stack.deployment import BUCKET, PUBLISHERS, queue_url
from local_stack.emulated_aws import EmulatedAws

# A killed service is back within a third of this, and finishes what it can by itself.
GRACE: Final = timedelta(seconds=60)
EVERY_S: Final = 15.0
MAX_WAITING: Final = 500
NO_LIMIT: Final = 1_000_000

logger = logging.getLogger(__name__)


def sweeping(aws: EmulatedAws, dsn: str) -> Sweeping:
    """Point the product's sweep at the emulator and at this database."""
    sqs = aws.sqs()
    return Sweeping(
        s3=aws.s3(),
        sqs=sqs,
        bucket=BUCKET,
        queue_urls={lane: queue_url(sqs, p.queue) for p in PUBLISHERS for lane in p.lanes},
        database=dsn,
    )


def sweep_now(aws: EmulatedAws, dsn: str, *, older_than: timedelta = GRACE) -> Swept:
    """Requeue the drops that have made no progress for that long."""
    patience = Patience(grace=older_than, stalled_after=older_than, max_waiting=MAX_WAITING)
    return sweeping(aws, dsn).run(patience, datetime.now(UTC), at_most=NO_LIMIT)


def requeue_unpublished(aws: EmulatedAws, dsn: str) -> int:
    """
    Empty the queues, which roll back when the emulator is killed, and announce what they lost.

    Return how many drops were requeued. A drop that lands meanwhile is announced by S3 after the
    queues were emptied, or listed here, or both: a second attempt only adds to the duplicates.
    """
    sqs = aws.sqs()
    for publisher in PUBLISHERS:
        sqs.purge_queue(QueueUrl=queue_url(sqs, publisher.queue))
    # What has reached Kafka is not lost with the queues.
    patience = Patience(grace=timedelta(0), stalled_after=GRACE, max_waiting=NO_LIMIT)
    swept = sweeping(aws, dsn).run_without_memory(patience, datetime.now(UTC))
    logger.info("drops queued again: %d", swept.queued)
    return swept.queued


class Sweeper(threading.Thread):
    """Sweeps periodically while the stack runs; tolerates services that are down."""

    def __init__(
        self, sweep: Callable[[], Swept], *, wait: Callable[[float], bool], every_s: float = EVERY_S
    ) -> None:
        super().__init__(name="sweeper", daemon=True)
        self._sweep = sweep
        self._wait = wait
        self._every_s = every_s

    def run(self) -> None:
        """Sweep until `wait`, which waits that many seconds, returns true."""
        while not self._wait(self._every_s):
            try:
                swept = self._sweep()
            except (psycopg2.Error, BotoCoreError, ClientError) as error:
                logger.warning("no sweep this time: %s", str(error).strip())
                continue
            if swept.queued:
                logger.info("drops swept: %s", swept.told())
