import gzip
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bikeshare.errors import UnavailableFeedError
from lambdas.poll_gbfs.addresses import Reach
from lambdas.poll_gbfs.fetching import Fetched, Fetcher, Limits, Validators
from tests.support.feed_server import FeedServer, with_body, with_status

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """A server of this test's own."""
    with FeedServer() as running:
        yield running


def fetch(server: FeedServer) -> Fetched:
    """Fetch what the server has, at noon."""
    reach = Reach(hosts=frozenset({"127.0.0.1"}), allow_local=True)
    fetcher = Fetcher(reach=reach, limits=Limits(), clock=time.monotonic, now=lambda: NOON)
    return fetcher.get(server.url(), Validators())


class TestUnpacked:
    def test_unpacks_gzip(self, server: FeedServer) -> None:
        """What is dropped is JSON that a person can read."""
        server.answers["/"] = with_body(gzip.compress(b"{}"), Content_Encoding="gzip")

        assert fetch(server).content == b"{}"

    @pytest.mark.parametrize("padding", [b"", b"\0" * 512, b"\r\n"])
    def test_unpacks_all_members_of_a_gzip(self, server: FeedServer, padding: bytes) -> None:
        """Servers concatenate gzips of parts; half a feed would look like half the stations."""
        body = gzip.compress(b'{"a":') + gzip.compress(b"1}") + padding
        server.answers["/"] = with_body(body, Content_Encoding="gzip")

        assert fetch(server).content == b'{"a":1}'

    @pytest.mark.parametrize("encoding", ["", "identity", "utf-8", "UTF-8", "none"])
    def test_takes_what_is_no_packing_for_none(self, server: FeedServer, encoding: str) -> None:
        """Some servers name the charset in Content-Encoding, or leave it empty."""
        server.answers["/"] = with_body(b"{}", Content_Encoding=encoding)

        assert fetch(server).content == b"{}"

    def test_finds_gzip_among_what_is_no_packing(self, server: FeedServer) -> None:
        """The header is a list."""
        server.answers["/"] = with_body(gzip.compress(b"{}"), Content_Encoding="GZIP , identity")

        assert fetch(server).content == b"{}"

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            (gzip.compress(b"{}")[:-4], "breaks off"),
            (gzip.compress(b"{") + gzip.compress(b"}")[:-4], "breaks off"),
            (gzip.compress(b"{") + b"\x1f{}", "does not answer as it should"),
            (b"{}", "does not answer as it should"),
        ],
        ids=["cut", "second cut", "second broken", "none"],
    )
    def test_refuses_a_gzip_that_is_none(self, server: FeedServer, body: bytes, why: str) -> None:
        """Half a feed would look like half the stations."""
        server.answers["/"] = with_body(body, Content_Encoding="gzip")

        with pytest.raises(UnavailableFeedError, match=why):
            fetch(server)

    def test_refuses_an_encoding_nobody_asked_for(self, server: FeedServer) -> None:
        """Its bytes would be taken for JSON."""
        server.answers["/"] = with_body(b"?", Content_Encoding="br")

        with pytest.raises(UnavailableFeedError, match="'br'"):
            fetch(server)


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ("Sun, 01 Mar 2026 12:02:00 GMT", 120),
            ("Sun, 01 Mar 2026 12:02:00 -0000", 120),
            ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
            ("Wed, 21 Oct 2030 07:28:00 GMT", 3600),
            ("Wed, 21 Oct 2030 07:28:00 +99999999999999", None),
            ("9" * 5000, 3600),
            ("-5", None),
            ("soon", None),
        ],
    )
    def test_takes_any_way_to_say_when(
        self, server: FeedServer, said: str, expected: int | None
    ) -> None:
        """HTTP has two forms; anything else must not stop the other feeds from being polled."""
        server.answers["/"] = with_status(503, Retry_After=said)

        with pytest.raises(UnavailableFeedError, match="answers 503") as caught:
            fetch(server)
        assert caught.value.retry_after_s == expected
