import json
from collections.abc import Iterator

import pytest

from local_stack.shown import NEWEST, why_not_shown
from tests.support.feed_server import Answer, FeedServer, with_body, with_status


def with_version(version: int) -> Answer:
    """Answer as the API does when it shows this version of the state."""
    return with_body(json.dumps({"version": version, "stations": []}).encode())


@pytest.fixture(scope="module")
def api() -> Iterator[FeedServer]:
    """A server that answers as a test says."""
    with FeedServer() as server:
        yield server


class TestWhyNotShown:
    """What `drain` waits for last: whoever asks the API afterwards must see every row."""

    @pytest.mark.parametrize("shown", [7, 8])
    def test_is_nothing_when_the_newest_is_shown(self, api: FeedServer, shown: int) -> None:
        """A batch may come between reading the database and asking the API."""
        api.answers[NEWEST] = with_version(shown)

        assert why_not_shown(api.url(), 7) == []

    def test_is_the_older_version_that_is_still_shown(self, api: FeedServer) -> None:
        """The API keeps its picture for a moment, and longer while the database is away."""
        api.answers[NEWEST] = with_version(6)

        assert why_not_shown(api.url(), 7) == ["the API shows version 6 of 7"]

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (with_status(503), "it says 503"),
            (with_body(b"<html>"), "Expecting value"),
            (with_body(b"{}"), "version"),
        ],
    )
    def test_is_that_it_has_no_answer(self, api: FeedServer, answer: Answer, reason: str) -> None:
        """It may be on its way back, which is a reason to wait, not to give up."""
        api.answers[NEWEST] = answer

        (why,) = why_not_shown(api.url(), 7)

        assert why.startswith("the API does not answer: ")
        assert reason in why

    def test_is_that_nobody_listens(self) -> None:
        """The API may be the last service to come back."""
        with FeedServer() as gone:
            url = gone.url()

        (why,) = why_not_shown(url, 0)

        assert why.startswith("the API does not answer: ")
