"""Retry what was given up: dead-lettered drops, and records that could not be read."""

from collections import Counter
from contextlib import ExitStack, closing
from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

import psycopg2
from psycopg2.extensions import connection

from lambdas.kafka import ConfirmedSender, connect
from lambdas.settings import KafkaSecurity, PublisherSettings
from local_stack.deployment import PUBLISHERS, queue_url
from local_stack.emulated_aws import EmulatedAws

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

# Topic, partition, offset and value.
Record = tuple[str, int, int, memoryview]

RECEIVED_AT_ONCE: Final = 10
RECORDS_AT_ONCE: Final = 500

UNREAD: Final = """
SELECT topic, kafka_partition, kafka_offset, value
FROM unreadable_record
WHERE redriven_at IS NULL AND value IS NOT NULL AND seen_at < %s
ORDER BY topic, kafka_partition, kafka_offset
LIMIT %s
"""
MARK: Final = """
UPDATE unreadable_record
SET redriven_at = clock_timestamp()
WHERE topic = %s AND kafka_partition = %s AND kafka_offset = %s AND value = %s
"""


def redrive_drops(aws: EmulatedAws) -> dict[str, int]:
    """Move the messages of each dead-letter queue back, and count them by queue."""
    sqs = aws.sqs()
    return {publisher.queue: _moved(sqs, publisher.queue) for publisher in PUBLISHERS}


def _moved(sqs: "SQSClient", queue: str) -> int:
    """Send before deleting: a message that is in both queues is only a duplicate."""
    dead, url = queue_url(sqs, f"{queue}-dead"), queue_url(sqs, queue)
    count = 0
    while True:
        answer = sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=RECEIVED_AT_ONCE)
        messages = answer.get("Messages", [])
        if not messages:
            return count
        for message in messages:
            sqs.send_message(QueueUrl=url, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
            count += 1


def redrive_records(bootstrap: str, dsn: str) -> dict[str, int]:
    """
    Send each record that could not be read to its topic again, and count them by topic.

    A record is marked once the brokers have it, so another redrive does not send it again; one that
    is sent but not marked is sent twice, and counted once. What is set aside meanwhile, such as one
    of these that still cannot be read, is left for the next redrive, so that this one ends.
    """
    sent: Counter[str] = Counter()
    with closing(psycopg2.connect(dsn)) as database, ExitStack() as stack:
        sender: ConfirmedSender | None = None
        begun_at = _now(database)
        while records := _unread(database, begun_at):
            sender = sender or stack.enter_context(closing(_connected(bootstrap)))
            for topic, _, _, value in records:
                sender.send(topic, bytes(value))
                sent[topic] += 1
            sender.confirm()
            _mark(database, records)
    return dict(sent)


def _connected(bootstrap: str) -> ConfirmedSender:
    env = {"KAFKA_BOOTSTRAP": bootstrap, "KAFKA_SECURITY": KafkaSecurity.PLAINTEXT}
    return connect(PublisherSettings.from_env(env))


def _now(database: connection) -> datetime:
    """Read the database's clock, by which records are dated when they are set aside."""
    with database, database.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [(now,)] = cursor.fetchall()
    return cast("datetime", now)


def _unread(database: connection, begun_at: datetime) -> list[Record]:
    with database, database.cursor() as cursor:
        cursor.execute(UNREAD, (begun_at, RECORDS_AT_ONCE))
        return cursor.fetchall()


def _mark(database: connection, records: list[Record]) -> None:
    with database, database.cursor() as cursor:
        cursor.executemany(MARK, records)
