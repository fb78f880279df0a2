import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from aws_lambda_powertools import Logger
from botocore.exceptions import EndpointConnectionError

from bikeshare.drops import Lane
from bikeshare.errors import UnpublishedRecordError
from lambdas.attempt import Surroundings
from lambdas.kafka import RecordSender
from lambdas.landing import Landing
from lambdas.publish_trips.publisher import publish_trip_file
from tests.support.fakes import FakeSender, FakeStore

NOW = datetime(2021, 3, 1, 12, tzinfo=UTC)
TRIPS = (
    b"Start station,Start time,End station,End time\n"
    b"206,2016-10-01 06:00:08 +0200,225,2016-10-01 06:11:12 +0200\n"
)


def notice(*keys: str) -> str:
    """S3's message that these objects landed."""
    records = [
        {
            "eventName": "ObjectCreated:Put",
            "eventTime": "2021-03-01T12:00:00.000Z",
            "s3": {
                "bucket": {"name": "drops"},
                "object": {"key": key, "size": 9, "eTag": "e", "versionId": "v1"},
            },
        }
        for key in keys
    ]
    return json.dumps({"Records": records})


class Container:
    """A Landing with its own bucket; each connection it makes is kept in `senders`."""

    def __init__(
        self, *, senders: Callable[[], FakeSender] = FakeSender, part_lines: int = 1000
    ) -> None:
        self.store = FakeStore({"live/a.csv": TRIPS, "live/b.csv": TRIPS}, received_at=NOW)
        self.senders: list[FakeSender] = []
        self.handed_on: list[tuple[Lane, str]] = []
        self.hand_on: Callable[[tuple[Lane, str]], None] = self.handed_on.append
        self.log = io.StringIO()
        self.make = senders
        self.landing = Landing(
            publish=partial(publish_trip_file, part_lines=part_lines),
            around=self.around,
            connected=self.connected,
            hand_on=lambda lane, body: self.hand_on((lane, body)),
            logger=Logger(service=f"test-{id(self)}", stream=self.log),
        )

    def around(self, bucket: str, sender: RecordSender) -> Surroundings:
        """Return the only bucket."""
        assert bucket == "drops"
        return Surroundings(sender=sender, store=self.store, zone=ZoneInfo("UTC"), now=lambda: NOW)

    def connected(self) -> FakeSender:
        """Make a new connection."""
        self.senders.append(self.make())
        return self.senders[-1]

    def logged(self) -> list[dict[str, object]]:
        """Return every line of the log."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


class TestLanding:
    def test_publishes_what_a_message_names(self) -> None:
        """One message may name several objects."""
        container = Container()
        container.landing.publish_message(notice("live/a.csv", "live/b.csv"), "request-1")

        (sender,) = container.senders
        assert [summary.key for summary in sender.summaries()] == ["live/a.csv", "live/b.csv"]
        assert {summary.attempt_id for summary in sender.summaries()} == {"request-1"}

    def test_logs_one_line_a_file(self) -> None:
        """The fields have the names used in the drop's account."""
        container = Container()
        container.landing.publish_message(notice("live/a.csv"), "request-1")

        (line,) = container.logged()
        assert line["message"] == "drop published"
        assert (line["key"], line["lane"], line["outcome"]) == ("live/a.csv", "live", "published")
        assert (line["rows_read"], line["rows_published"], line["attempt_id"]) == (
            1,
            1,
            "request-1",
        )

    def test_connects_once_for_many_messages(self) -> None:
        """MSK limits new connections; a container keeps its own."""
        container = Container()
        container.landing.publish_message(notice("live/a.csv"), "request-1")
        container.landing.publish_message(notice("live/b.csv"), "request-2")

        assert len(container.senders) == 1

    def test_a_notification_twice_in_one_batch_is_published_once(self) -> None:
        """S3 promises at least once; two attempts with one name could not be told apart."""
        container = Container()
        for _ in range(2):
            container.landing.publish_message(notice("live/a.csv"), "request-1")
        container.landing.publish_message(notice("live/a.csv"), "request-2")

        attempts = [summary.attempt_id for summary in container.senders[0].summaries()]
        assert attempts == ["request-1", "request-2"]

    def test_what_is_no_drop_is_passed_over(self) -> None:
        """The rejected rows are written to the same bucket."""
        container = Container()
        container.landing.publish_message(notice("rejected/d/a.csv"), "request-1")

        assert container.senders == []
        assert [line["message"] for line in container.logged()] == ["object is no drop"]

    def test_a_failure_leaves_the_message_and_the_connection(self) -> None:
        """A producer that lost a record is not trusted with the next one."""
        senders = iter([FakeSender(fails_at=1), FakeSender()])
        container = Container(senders=lambda: next(senders))
        with pytest.raises(UnpublishedRecordError):
            container.landing.publish_message(notice("live/a.csv"), "request-1")

        container.landing.publish_message(notice("live/a.csv"), "request-2")

        assert [sender.closed for sender in container.senders] == [True, False]
        assert [s.attempt_id for s in container.senders[1].summaries()] == ["request-2"]
        assert container.logged()[0]["message"] == "drop is to be tried again"

    def test_so_does_one_that_nobody_foresaw(self) -> None:
        """The log says which drop it was, whatever went wrong."""
        failing = FakeSender(fails_at=1, error=ZeroDivisionError("by nought"))
        senders = iter([failing, FakeSender()])
        container = Container(senders=lambda: next(senders))
        with pytest.raises(ZeroDivisionError):
            container.landing.publish_message(notice("live/a.csv"), "request-1")

        container.landing.publish_message(notice("live/a.csv"), "request-2")

        assert [sender.closed for sender in container.senders] == [True, False]
        assert (container.logged()[0]["key"], container.logged()[0]["error"]) == (
            "live/a.csv",
            "by nought",
        )

    def test_no_broker_leaves_the_message(self) -> None:
        """There is nothing to close then."""

        def unreachable() -> FakeSender:
            message = "no broker answers at 127.0.0.1:1"
            raise UnpublishedRecordError(message)

        container = Container(senders=unreachable)

        with pytest.raises(UnpublishedRecordError):
            container.landing.publish_message(notice("live/a.csv"), "request-1")

    def test_s3s_test_event_needs_nothing(self) -> None:
        """It comes when the stack is deployed, perhaps before the brokers are."""
        container = Container()
        container.landing.publish_message('{"Service": "Amazon S3", "Event": "s3:TestEvent"}', "r")

        assert container.senders == []


class TestLargeDrop:
    def test_its_rest_is_handed_on_in_its_lane(self) -> None:
        """A continuation goes to the queue of the first message, until none is left."""
        container = Container(part_lines=3)
        container.store.objects["backfill/a.csv"] = TRIPS + TRIPS.splitlines(keepends=True)[1] * 6
        container.landing.publish_message(notice("backfill/a.csv"), "request-1")
        for number, (lane, body) in enumerate(container.handed_on, 2):
            assert lane is Lane.BACKFILL
            container.landing.publish_message(body, f"request-{number}")

        (sender,) = container.senders
        (summary,) = sender.summaries()
        assert (summary.attempt_id, summary.rows_published) == ("request-1", 7)
        assert [line["message"] for line in container.logged()] == [
            "rest of drop handed on",
            "rest of drop handed on",
            "drop published",
        ]
        assert [line.get("next_line") for line in container.logged()] == [4, 7, None]
        assert {line["attempt_id"] for line in container.logged()} == {"request-1"}

    def test_a_rest_that_cannot_be_handed_on_leaves_the_message(self) -> None:
        """Otherwise the attempt would end there without a trace."""
        container = Container(part_lines=1)

        def full(*_: object) -> None:
            raise EndpointConnectionError(endpoint_url="sqs")

        container.hand_on = full
        with pytest.raises(EndpointConnectionError):
            container.landing.publish_message(notice("live/a.csv"), "request-1")

        assert container.senders[0].closed
        assert container.senders[0].summaries() == []
