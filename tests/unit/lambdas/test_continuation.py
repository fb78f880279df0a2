import json
import re
from datetime import UTC, datetime
from pathlib import Path

from bikeshare.drops import Drop
from bikeshare.marked_stream import Mark
from bikeshare.trip_part import Start
from lambdas.continuation import Account, Continuation, continuation_of, message_of
from lambdas.notifications import Landed, landed_objects, notification

MESSAGES = Path(__file__).parents[3] / "docs" / "messages.md"
NOON = datetime(2021, 3, 1, 12, tzinfo=UTC)
LANDED = Landed(
    bucket="drops",
    drop=Drop(key="live/a b+c.csv", version_id="v1", etag="e", size_bytes=7, received_at=NOON),
)
REST = Continuation(
    attempt_id="a1",
    part_lines=300,
    member=2,
    start=Start(line=302, mark=Mark(line=290, offset=43_000), lone_returns=True),
    account=Account(
        parts=1,
        chunks=2,
        rows_published=290,
        rejected={"wrong_columns": 10},
        first_event_at=NOON,
        last_event_at=None,
        started_at=NOON,
    ),
)


class TestMessage:
    def test_is_read_as_it_was_written(self) -> None:
        """The next function knows nothing but this."""
        body = message_of(LANDED, REST)

        assert continuation_of(body) == REST
        assert list(landed_objects(body)) == [LANDED]

    def test_is_what_the_documentation_shows(self) -> None:
        """Whoever finds one among the dead letters can read about it there."""
        [shown] = re.findall(r"^```continuation/1\n(.*?)\n```$", MESSAGES.read_text(), re.MULTILINE)
        body = json.dumps({**json.loads(notification(LANDED)), "continued": json.loads(shown)})
        read = continuation_of(body)

        assert read
        assert json.loads(message_of(LANDED, read)) == json.loads(body)

    def test_a_notification_tells_of_no_rest(self) -> None:
        """S3's own, the sweep's, and those from before continuations existed."""
        assert continuation_of(notification(LANDED)) is None

    def test_one_of_a_later_version_is_published_anew(self) -> None:
        """After a rollback: a second attempt only makes duplicates."""
        told = json.loads(message_of(LANDED, REST))
        told["continued"]["encoding"] = "continuation/2"

        assert continuation_of(json.dumps(told)) is None
        assert list(landed_objects(json.dumps(told))) == [LANDED]
