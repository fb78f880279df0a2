"""The verbs that bring back what was lost or set aside, in a whole stack."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bikeshare.drops import Drop
from local_stack.deployment import BUCKET, queue_url
from local_stack.emulated_aws import EmulatedAws
from local_stack.uploads import send_bytes
from tests.support.feed_server import FeedServer, with_body
from tests.support.publication import file_of, ride
from tests.support.stack import LocalStack

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Start one stack for this module."""
    with LocalStack(tmp_path_factory.mktemp("recovery")) as running:
        yield running


def answer(stack: LocalStack, *verb: str) -> Any:
    """Run a command and return its JSON output."""
    return json.loads(stack.run("--json", *verb))


def send_unannounced(s3: Any, key: str, content: bytes) -> Drop:
    """Put a file into the bucket while its notifications are off."""
    told = s3.get_bucket_notification_configuration(Bucket=BUCKET)
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})
    drop = send_bytes(s3, key, content)
    s3.put_bucket_notification_configuration(
        Bucket=BUCKET,
        NotificationConfiguration={"QueueConfigurations": told["QueueConfigurations"]},
    )
    return drop


def outcome(stack: LocalStack, drop: Drop) -> tuple[str, int]:
    """Return a drop's state, and how many of its rows were new."""
    (account,) = [one for one in stack.drops() if one["drop_id"] == drop.drop_id]
    return account["state"], account["rows_applied"]


class TestSweep:
    def test_brings_back_a_drop_whose_notification_was_lost(self, stack: LocalStack) -> None:
        """The file is in the bucket, nobody was notified, and still its rows arrive."""
        s3 = EmulatedAws(stack.endpoints["s3_endpoint"]).s3()
        drop = send_unannounced(s3, "live/lost.csv", file_of(ride(1), ride(2)))

        swept = answer(stack, "sweep", "--older-than", "0")

        assert (swept["queued"], swept["unfinished"]) == (1, {"unknown": 1})
        stack.drain(60)
        assert outcome(stack, drop) == ("complete", 2)


class TestRejected:
    def test_a_row_is_found_mended_and_applied(self, stack: LocalStack, tmp_path: Path) -> None:
        """From the complaint to the ledger, by the documented commands."""
        file, mended = tmp_path / "bad.csv", tmp_path / "mended.csv"
        file.write_bytes(file_of(ride(3), ride(4, ended="never")))
        stack.upload(file)
        stack.drain(60)

        (listed,) = answer(stack, "rejected")
        assert listed["key"] == "live/bad.csv"
        assert [(row["line"], row["reason"]) for row in listed["rows"]] == [(3, "unreadable_time")]
        assert "line 3: unreadable_time" in stack.run("rejected", "live/bad.csv")

        stack.run("rejected", listed["drop_id"], "--as-file", str(mended))
        mended.write_text(mended.read_text().replace("never", "23:18:28"))
        stack.upload(mended)
        stack.drain(60)

        (account,) = [one for one in stack.drops() if one["key"] == "live/mended.csv"]
        assert (account["rows_read"], account["rows_applied"]) == (1, 1)

    def test_a_drop_without_rejected_rows_is_said(self, stack: LocalStack) -> None:
        """A mistyped name must not look like a clean file."""
        ended = stack.attempt("rejected", "live/no-such.csv")

        assert ended.returncode == 1
        assert "no row of 'live/no-such.csv' was set aside" in ended.stderr


class TestRedrive:
    def test_publishes_a_dead_lettered_drop(self, stack: LocalStack) -> None:
        """After an outage that outlasts all retries, one command sets things going again."""
        clients = EmulatedAws(stack.endpoints["s3_endpoint"])
        s3, sqs = clients.s3(), clients.sqs()
        drop = send_unannounced(s3, "live/dead.csv", file_of(ride(5)))
        record = {"eventName": "ObjectCreated:Put", "eventTime": "2021-03-01T12:00:00Z"}
        described = {"key": drop.key, "versionId": drop.version_id}
        message = {**record, "s3": {"bucket": {"name": BUCKET}, "object": described}}
        sqs.send_message(
            QueueUrl=queue_url(sqs, "bikeshare-trips-dead"),
            MessageBody=json.dumps({"Records": [message]}),
        )

        assert answer(stack, "redrive")["redriven"] == 1

        stack.drain(60)
        assert outcome(stack, drop) == ("complete", 1)
        assert answer(stack, "redrive")["redriven"] == 0
        assert answer(stack, "redrive", "--records")["redriven"] == 0


class TestPoll:
    def test_a_polled_feed_is_served(self, stack: LocalStack) -> None:
        """From a publisher's address to the map."""
        station = {"station_id": "P1", "name": "Polled", "lat": 40.7, "lon": -74.0, "capacity": 9}
        feed = {"last_updated": 1772366400, "data": {"stations": [station]}}
        with FeedServer() as server:
            server.answers["/"] = with_body(json.dumps(feed).encode())
            (polled,) = answer(stack, "poll", server.url())
            failed = stack.attempt("poll", server.url("/none"))

        assert polled["outcome"] == "dropped"
        assert (failed.returncode, "answers 404" in failed.stdout) == (1, True)
        stack.drain(60)
        assert stack.stations()["P1"]["name"] == "Polled"


class TestForget:
    """This must run last: rows of forgotten trips have no effect any more."""

    def test_old_trips_go_and_the_map_stays(self, stack: LocalStack) -> None:
        """The ledger of years can be let go without anybody noticing."""
        before = stack.stations()

        forgotten = answer(stack, "forget", "--older-than", "30")

        assert forgotten["is_done"]
        assert forgotten["trips"] > 0
        assert answer(stack, "forget", "--older-than", "30")["trips"] == 0
        assert stack.stations() == before

    def test_days_must_be_days(self, stack: LocalStack) -> None:
        """A typo must not empty the ledger."""
        assert stack.attempt("forget", "--older-than", "0").returncode == 2
