"""Publish every trip file that lands in the drop zone, a large one part by part."""

import os
from functools import cache, partial
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.landing import Landing
from lambdas.publish_trips.publisher import publish_trip_file
from lambdas.publish_trips.settings import PartSettings
from lambdas.retries import coming_back_soon

# A batch of bad messages is answered, not raised: each of them has its own retries.
batch = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


@cache
def landing() -> Landing:
    """Build what a container needs once; importing this module connects to nothing."""
    settings = PartSettings.from_env(os.environ)
    return Landing.from_env(
        os.environ,
        partial(publish_trip_file, part_lines=settings.part_lines),
        settings.queue_urls,
    )


def publish_record(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Publish the drops one message names; raising returns that message alone."""
    with coming_back_soon(record, os.environ):
        landing().publish_message(record.body, lambda_context.aws_request_id)


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Return to Lambda the messages that are to be tried again."""
    return process_partial_response(event, publish_record, batch, context)
