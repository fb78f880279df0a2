"""A sweep with everything it needs from outside: the bucket, the queues and the database."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bikeshare.drops import Lane
from lambdas.drop_listing import pages_of_drops
from lambdas.reading import SignedInDatabase, connected
from lambdas.sweep_drops.memory import Memories, Memory
from lambdas.sweep_drops.queries import asking
from lambdas.sweep_drops.queues import ArrivalQueue
from lambdas.sweep_drops.sweep import Patience, Sweep, Swept

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, kw_only=True)
class Sweeping:
    """Where the drops lie, where they are announced and where they are accounted for."""

    s3: "S3Client"
    sqs: "SQSClient"
    bucket: str
    queue_urls: Mapping[Lane, str]
    database: str | SignedInDatabase

    def run(self, patience: Patience, now: datetime) -> Swept:
        """Sweep once, and remember it for the next time."""
        memories = Memories(client=self.s3, bucket=self.bucket)
        before = memories.read()
        swept = self.run_from(before, patience, now)
        if swept.memories != before:
            memories.write(swept.memories)
        return swept

    def run_from(self, before: Mapping[str, Memory], patience: Patience, now: datetime) -> Swept:
        """Sweep once by this memory alone."""
        queues = {
            lane: ArrivalQueue(client=self.sqs, url=url, bucket=self.bucket)
            for lane, url in self.queue_urls.items()
        }
        with closing(connected(self.database)) as database:
            ask = asking(database, now=now, stalled_after=patience.stalled_after)
            run = Sweep(ask=ask, queues=queues, patience=patience, now=now)
            return run.run(pages_of_drops(self.s3, self.bucket), before)
