"""A sweep with everything it needs from outside: the bucket, the queues and the database."""

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from bikeshare.drops import Lane
from lambdas.drop_listing import Page, Place, pages_of_drops
from lambdas.reading import SignedInDatabase, connected
from lambdas.sweep_drops.memory import Memories, Memory, Remembered
from lambdas.sweep_drops.queries import asking
from lambdas.sweep_drops.queues import ArrivalQueue
from lambdas.sweep_drops.sweep import Patience, Sweep, Swept

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

# 100,000 drops at most, so that a sweep takes no longer as drops accumulate over years.
PAGES_AT_ONCE: Final = 100
# A drop that stands still is queued again within a day, which renews its memory.
FORGOTTEN_AFTER: Final = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Sweeping:
    """Where the drops are, where they are announced and where they are accounted for."""

    s3: "S3Client"
    sqs: "SQSClient"
    bucket: str
    queue_urls: Mapping[Lane, str]
    database: str | SignedInDatabase

    def run(self, patience: Patience, now: datetime, at_most: int = PAGES_AT_ONCE) -> Swept:
        """
        Sweep from where the last sweep ended, and remember for the next one where this one ends.

        It looks at `at_most` pages of a thousand drops each. What was queued is remembered even
        if it fails halfway, so that the next sweep does not queue it again.
        """
        memories = Memories(client=self.s3, bucket=self.bucket)
        before = memories.read()
        swept, place = Swept(memories=_of_late(before.drops, now)), before.place
        try:
            with closing(self._swept(swept, place, patience, now)) as pages:
                for page in islice(pages, at_most):
                    place = page.rest
        finally:
            after = Remembered(drops=swept.memories, place=place)
            if after != before:
                memories.write(after)
        return swept

    def run_without_memory(self, patience: Patience, now: datetime) -> Swept:
        """Sweep the whole bucket once, as if for the first time."""
        swept = Swept()
        for _ in self._swept(swept, None, patience, now):
            pass
        return swept

    def _swept(
        self, swept: Swept, start: Place | None, patience: Patience, now: datetime
    ) -> Generator[Page]:
        """Yield each page once it has been looked at."""
        queues = {
            lane: ArrivalQueue(client=self.sqs, url=url, bucket=self.bucket)
            for lane, url in self.queue_urls.items()
        }
        with closing(connected(self.database)) as database:
            ask = asking(database, now=now, stalled_after=patience.stalled_after)
            sweep = Sweep(ask=ask, queues=queues, patience=patience, now=now)
            for page in pages_of_drops(self.s3, self.bucket, start):
                sweep.look_at(page.drops, swept)
                yield page


def _of_late(memories: Mapping[str, Memory], now: datetime) -> dict[str, Memory]:
    """Forget drops that no sweep has seen for long: their objects were deleted."""
    return {one: memory for one, memory in memories.items() if now - memory.since < FORGOTTEN_AFTER}
