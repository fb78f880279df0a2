"""Every minute: log one line for each lane, which CloudWatch turns into metrics."""

import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from kafka import KafkaConsumer

from bikeshare.topics import TOPICS_OF_QUERY
from lambdas.kafka import client_settings
from lambdas.measure_lag.checkpoints import Checkpoints
from lambdas.measure_lag.kafka_ends import begins_and_ends
from lambdas.measure_lag.measurement import LaneLag, Progress, lane_lag
from lambdas.measure_lag.queries import read_applied
from lambdas.measure_lag.settings import MeasureSettings
from lambdas.reading import connected

# As long as a metric's period, so that each drop is seen in one.
WINDOW: Final = timedelta(minutes=5)

logger = Logger()


def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, object]:
    """Measure once; a failure is raised, and the next try is a minute later."""
    settings = MeasureSettings.from_env(os.environ)
    lags, unreadable = measure(settings, datetime.now(UTC))
    for lag in lags:
        logger.info("lag measured", extra=lag.told())
    logger.info("records counted", extra={"unreadable_records": unreadable})
    return {"lanes": [lag.told() for lag in lags], "unreadable_records": unreadable}


def measure(settings: MeasureSettings, now: datetime) -> tuple[list[LaneLag], int]:
    """
    Ask the database, the checkpoint and the brokers, in this order.

    What arrives meanwhile then counts as behind for a moment, and the lag is never negative.
    """
    with closing(connected(settings.database)) as database:
        applied = read_applied(database, now=now, window=WINDOW)
    checkpoints = Checkpoints(
        client=boto3.client("s3"),
        bucket=settings.checkpoint_bucket,
        prefix=settings.checkpoint_prefix,
    )
    progress = {lane: progress_of(checkpoints, lane) for lane in TOPICS_OF_QUERY}
    with closing(KafkaConsumer(**client_settings(settings.kafka))) as consumer:
        logs = {lane: begins_and_ends(consumer, topics) for lane, topics in TOPICS_OF_QUERY.items()}
    lags = [
        lane_lag(
            lane,
            log=logs[lane],
            progress=progress[lane],
            slowest_s=applied.slowest_s.get(lane),
            now=now,
        )
        for lane in TOPICS_OF_QUERY
    ]
    return lags, applied.unreadable


def progress_of(checkpoints: Checkpoints, lane: str) -> Progress:
    """Look up how far a lane's query has got or, before its first batch, when it began."""
    batch = checkpoints.newest(lane)
    return Progress(batch=batch, began_at=None if batch else checkpoints.began_at(lane))
