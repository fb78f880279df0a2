"""The flow that both publishers share: from a message that objects landed to their publication."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, Self

import boto3
from aws_lambda_powertools import Logger

from bikeshare.drops import Lane
from bikeshare.errors import UnknownLaneError
from bikeshare.messages import DropSummary
from lambdas.attempt import Attempt, Surroundings, published_drop
from lambdas.continuation import Continuation, continuation_of, message_of
from lambdas.drop_zone import DropZone
from lambdas.kafka import RecordSender, connect
from lambdas.notifications import Landed, landed_objects
from lambdas.retries import standard_error_log
from lambdas.settings import PublisherSettings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class ClosableSender(RecordSender, Protocol):
    """A sender that can be closed and replaced by a new one."""

    def close(self) -> None:
        """Close the connections."""


Publish = Callable[[Attempt], DropSummary | Continuation]


class Landing:
    """
    Publishes what lands, with one `publish` function, for as long as its container lives.

    It connects when the first drop is there, and again after a failure: a producer that lost a
    record cannot be trusted with the next one.
    """

    def __init__(
        self,
        *,
        publish: Publish,
        around: Callable[[str, RecordSender], Surroundings],
        connected: Callable[[], ClosableSender],
        hand_on: Callable[[Lane, str], None],
        logger: Logger,
    ) -> None:
        self._publish = publish
        self._around = around
        self._connected = connected
        self._hand_on = hand_on
        self._logger = logger
        self._sender: ClosableSender | None = None
        self._done: set[tuple[str, str, str, int]] = set()

    @classmethod
    def from_env(
        cls, env: Mapping[str, str], publish: Publish, queue_urls: Mapping[Lane, str]
    ) -> Self:
        """Build a container's objects; nothing is connected yet."""
        settings = PublisherSettings.from_env(env)
        client, sqs = boto3.client("s3"), boto3.client("sqs")

        def around(bucket: str, sender: RecordSender) -> Surroundings:
            return Surroundings(
                sender=sender,
                store=DropZone(client, bucket),
                zone=settings.time_zone,
                now=lambda: datetime.now(UTC),
                formats=settings.formats,
            )

        return cls(
            publish=publish,
            around=around,
            connected=lambda: connect(settings),
            hand_on=lambda lane, body: _queued(sqs, queue_urls[lane], body),
            logger=standard_error_log(),
        )

    def publish_message(self, body: str, request_id: str) -> None:
        """Publish the drops that a message announces; raising leaves the message in its queue."""
        continued = continuation_of(body)
        for landed in landed_objects(body):
            self._publish_landed(landed, request_id, continued)

    def _publish_landed(
        self, landed: Landed, request_id: str, continued: Continuation | None
    ) -> None:
        drop = landed.drop
        attempt_id, parts = request_id, 0
        if continued:
            attempt_id, parts = continued.attempt_id, continued.account.parts
        told = {"key": drop.key, "drop_id": drop.drop_id, "attempt_id": attempt_id}
        try:
            told["lane"] = drop.lane
        except UnknownLaneError as error:
            self._logger.warning("object is no drop", extra={**told, "reason": str(error)})
            return
        done = (request_id, attempt_id, drop.drop_id, parts)
        if done in self._done:
            self._logger.info("drop was already published by this attempt", extra=told)
            return
        try:
            self._sender = self._sender or self._connected()
            around = self._around(landed.bucket, self._sender)
            ended = published_drop(drop, request_id, around, self._publish, continued)
            if isinstance(ended, Continuation):
                self._hand_on(drop.lane, message_of(landed, ended))
        except Exception as error:
            # Whatever it was, a producer that may have caused it is not trusted with the next drop.
            self._give_up_sender()
            # The traceback is logged with the message.
            failed = {**told, "error": str(error)}
            self._logger.error("drop is to be tried again", extra=failed)  # noqa: TRY400
            raise
        self._done = {each for each in self._done if each[0] == request_id}
        self._done.add(done)
        self._log_end(ended, told)

    def _log_end(self, ended: DropSummary | Continuation, told: Mapping[str, object]) -> None:
        if isinstance(ended, Continuation):
            self._logger.info("rest of drop handed on", extra={**told, **_told_so_far(ended)})
        else:
            self._logger.info("drop published", extra={**told, **_told_of(ended)})

    def _give_up_sender(self) -> None:
        if self._sender:
            self._sender.close()
        self._sender = None


def _queued(sqs: "SQSClient", url: str, body: str) -> None:
    sqs.send_message(QueueUrl=url, MessageBody=body)


def _told_so_far(rest: Continuation) -> dict[str, object]:
    account = rest.account
    return {
        "parts": account.parts,
        "next_line": rest.start.line,
        "rows_published": account.rows_published,
        "rows_rejected": sum(account.rejected.values()),
        "chunks": account.chunks,
    }


def _told_of(summary: DropSummary) -> dict[str, object]:
    return {
        "outcome": summary.outcome,
        "reason": summary.reason,
        "rows_read": summary.rows_read,
        "rows_published": summary.rows_published,
        "rows_rejected": summary.rows_rejected,
        "chunks": summary.chunks,
        "seconds": (summary.finished_at - summary.started_at).total_seconds(),
    }
