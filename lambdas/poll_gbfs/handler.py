"""On a schedule: fetch a public feed's newest snapshots and drop them into the bucket."""

import os
import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.poll_gbfs.fetching import Fetcher, Limits
from lambdas.poll_gbfs.notebook import Notebook
from lambdas.poll_gbfs.poller import Outcome, Poller
from lambdas.poll_gbfs.settings import PollSettings

logger = Logger()


@cache
def settings() -> PollSettings:
    """Read the environment once per container."""
    return PollSettings.from_env(os.environ)


def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, int]:
    """Poll once; a feed that is down is a line in the log, and its last snapshot stands."""
    told = settings()
    poller = Poller(
        getter=Fetcher(reach=told.reach, limits=Limits(), clock=time.monotonic),
        book=Notebook(client=boto3.client("s3"), bucket=told.bucket),
        now=datetime.now(UTC),
    )
    polled = poller.run(told.urls)
    for each in polled:
        log = logger.warning if each.outcome is Outcome.FAILED else logger.info
        log("feed polled", extra=asdict(each))
    return dict(Counter(str(each.outcome) for each in polled))
