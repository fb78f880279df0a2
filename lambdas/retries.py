"""
When a message whose publication failed comes back to its queue.

A queue hides a message for longer than its function may run, so that nobody else takes up what is
still being read. A message whose function has failed need not wait for that long.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.environment import whole_number

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# Five tries then span more than an hour and a half: a broker that is replaced is back by then.
FACTOR: Final = 4
LONGEST_S: Final = 3_600


def wait_s(times_received: int, first_s: int) -> int:
    """Return the seconds until a message comes back that was received `times_received` times."""
    wait: int = first_s * FACTOR ** (times_received - 1)
    return min(wait, LONGEST_S)


@contextmanager
def coming_back_soon(record: SQSRecord, env: Mapping[str, str]) -> Iterator[None]:
    """
    Have a message come back sooner if the block raises; the error is logged and raised again.

    Without FIRST_RETRY_S the message waits for as long as its queue says.
    """
    try:
        yield
    except Exception as error:
        # Nothing else says why: a batch's response holds only the ids of its failed messages.
        told = {"message_id": record.message_id, "error": str(error)}
        standard_error_log().exception("message is to be tried again", extra=told)
        if first_s := first_retry_s(env):
            _hasten(record, first_s)
        raise


def standard_error_log() -> Logger:
    """
    Return the logger of a publisher.

    MiniStack waits for a line on stderr; on AWS either stream is the function's log.
    """
    return Logger(stream=sys.stderr)


def first_retry_s(env: Mapping[str, str]) -> int | None:
    """Read FIRST_RETRY_S, if it is set; raise SettingsError if it is wrong."""
    return whole_number(env, "FIRST_RETRY_S") if env.get("FIRST_RETRY_S") else None


def _hasten(record: SQSRecord, first_s: int) -> None:
    sqs: SQSClient = boto3.client("sqs")
    times_received = int(record.attributes.approximate_receive_count)
    try:
        sqs.change_message_visibility(
            QueueUrl=record.queue_url,
            ReceiptHandle=record.receipt_handle,
            VisibilityTimeout=wait_s(times_received, first_s),
        )
    except (BotoCoreError, ClientError) as error:
        told = {"error": str(error)}
        standard_error_log().warning("message comes back when its queue says", extra=told)
