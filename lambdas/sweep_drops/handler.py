"""On a schedule: queue again the drops that no attempt has brought to its end."""

import os
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.sweep_drops.settings import SweepSettings
from lambdas.sweep_drops.sweeping import Sweeping

logger = Logger()


@cache
def settings() -> SweepSettings:
    """Read the environment once per container."""
    return SweepSettings.from_env(os.environ)


def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, object]:
    """Sweep once; a failure is raised, and the next scheduled run is the next try."""
    told = settings()
    sweeping = Sweeping(
        s3=boto3.client("s3"),
        sqs=boto3.client("sqs"),
        bucket=told.bucket,
        queue_urls=told.queue_urls,
        database=told.database,
    )
    swept = sweeping.run(told.patience, datetime.now(UTC))
    logger.info("drops swept", extra=swept.told())
    return swept.told()
