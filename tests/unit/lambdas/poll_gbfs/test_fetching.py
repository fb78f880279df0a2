import gzip
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from bikeshare.errors import UnavailableFeedError
from lambdas.poll_gbfs.addresses import Reach
from lambdas.poll_gbfs.fetching import USER_AGENT, Fetched, Fetcher, Limits, Validators
from tests.support.feed_server import FeedServer, with_body, with_status

NEVER_SEEN = Validators()
REACH = Reach(hosts=frozenset({"127.0.0.1"}), allow_local=True)
LIMITS = Limits(connect_s=1, read_s=0.3, total_s=0.6, max_bytes=1000)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """A server of this test's own."""
    with FeedServer() as running:
        yield running


def fetch(server: FeedServer, path: str = "/", known: Validators = NEVER_SEEN) -> Fetched:
    """Fetch a path with small limits."""
    return Fetcher(reach=REACH, limits=LIMITS, clock=time.monotonic).get(server.url(path), known)


class TestFetcher:
    def test_fetches_and_says_who_it_is(self, server: FeedServer) -> None:
        """A publisher must be able to see who asks, and to save bandwidth by gzip."""
        server.answers["/"] = with_body(b"{}", ETag='"1"', Last_Modified="Mon")

        fetched = fetch(server)

        assert fetched.content == b"{}"
        assert fetched.validators == Validators(etag='"1"', last_modified="Mon")
        ((_, headers),) = server.asked
        assert headers["User-Agent"] == USER_AGENT
        assert headers["Accept-Encoding"] == "gzip"
        assert "If-None-Match" not in headers

    def test_asks_for_what_is_newer_only(self, server: FeedServer) -> None:
        """304 costs the publisher nothing."""
        known = Validators(etag='"1"', last_modified="Mon")
        server.answers["/"] = with_status(304)

        fetched = fetch(server, known=known)

        assert fetched == Fetched(content=None, validators=known)
        ((_, headers),) = server.asked
        assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"1"', "Mon")

    def test_unpacks_gzip(self, server: FeedServer) -> None:
        """What is dropped is JSON that a person can read."""
        server.answers["/"] = with_body(gzip.compress(b"{}"), Content_Encoding="gzip")

        assert fetch(server).content == b"{}"

    def test_follows_a_redirect(self, server: FeedServer) -> None:
        """Publishers move their feeds; a relative address is the usual way."""
        server.answers["/old"] = with_status(302, Location="/new?a=1")
        server.answers["/new?a=1"] = with_body(b"{}")

        assert fetch(server, "/old").content == b"{}"

    @pytest.mark.parametrize(
        ("location", "why"),
        [
            ("/", "one redirect too many"),
            ("https://metadata.example/", "none of the hosts in GBFS_HOSTS: 127.0.0.1"),
            ("ftp://127.0.0.1/", "is not an https address"),
        ],
    )
    def test_follows_no_redirect_astray(self, server: FeedServer, location: str, why: str) -> None:
        """A feed must not make us ask our own network, or ask for ever."""
        server.answers["/"] = with_status(301, Location=location)

        with pytest.raises(UnavailableFeedError, match=why):
            fetch(server)
        assert len(server.asked) <= LIMITS.max_redirects + 1

    @pytest.mark.parametrize("status", [404, 429, 500, 503])
    def test_says_what_a_server_in_trouble_said(self, server: FeedServer, status: int) -> None:
        """And when it wants to be asked again."""
        server.answers["/"] = with_status(status, Retry_After="120")

        with pytest.raises(UnavailableFeedError, match=f"answers {status}") as caught:
            fetch(server)
        assert caught.value.retry_after_s == 120

    @pytest.mark.parametrize("packed", [False, True])
    def test_stops_at_the_size_limit(self, server: FeedServer, *, packed: bool) -> None:
        """A small gzip may unpack to more than the function's memory."""
        body = b"0" * 50_000_000 if packed else b"0" * 1001
        headers = {"Content_Encoding": "gzip"} if packed else {}
        server.answers["/"] = with_body(gzip.compress(body) if packed else body, **headers)

        with pytest.raises(UnavailableFeedError, match="larger than 1,000 bytes"):
            fetch(server)

    @pytest.mark.parametrize(
        ("body", "why"),
        [(gzip.compress(b"{}")[:-4], "breaks off"), (b"{}", "does not answer as it should")],
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

    def test_does_not_wait_for_a_silent_server(self, server: FeedServer) -> None:
        """One that hangs must not use up the function's time."""
        server.answers["/"] = lambda _: time.sleep(0.5)

        began = time.monotonic()
        with pytest.raises(UnavailableFeedError, match="does not answer as it should"):
            fetch(server)
        assert time.monotonic() - began < 0.5

    def test_does_not_wait_for_a_dripping_server(self, server: FeedServer) -> None:
        """A byte now and then never runs into the time limit of one read."""

        def drip(request: BaseHTTPRequestHandler) -> None:
            request.send_response(200)
            request.send_header("Transfer-Encoding", "chunked")
            request.end_headers()
            for _ in range(12):
                request.wfile.write(b"1\r\n0\r\n")
                request.wfile.flush()
                time.sleep(0.1)

        server.answers["/"] = drip

        with pytest.raises(UnavailableFeedError, match="was not done after"):
            fetch(server)

    def test_does_not_wait_for_slow_redirects(self, server: FeedServer) -> None:
        """Each is in time, and all of them together are not."""

        def slowly(request: BaseHTTPRequestHandler) -> None:
            time.sleep(0.25)
            with_status(302, Location="/")(request)

        server.answers["/"] = slowly

        with pytest.raises(UnavailableFeedError, match="was not done after"):
            fetch(server)

    def test_an_answer_that_breaks_off_is_none(self, server: FeedServer) -> None:
        """The connection may end in the middle."""

        def cut(request: BaseHTTPRequestHandler) -> None:
            request.send_response(200)
            request.send_header("Content-Length", "100")
            request.end_headers()
            request.wfile.write(b"{}")

        server.answers["/"] = cut

        with pytest.raises(UnavailableFeedError, match="does not answer as it should"):
            fetch(server)

    def test_a_server_that_is_gone_is_said(self) -> None:
        """Nobody listens there."""
        with FeedServer() as gone:
            pass

        with pytest.raises(UnavailableFeedError, match="does not answer as it should"):
            fetch(gone)
