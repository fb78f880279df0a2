import gzip
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread

import pytest

from bikeshare.errors import UnavailableFeedError
from lambdas.poll_gbfs.addresses import Reach
from lambdas.poll_gbfs.fetching import USER_AGENT, Fetched, Fetcher, Limits, Validators
from tests.support.feed_server import FeedServer, with_body, with_status

NEVER_SEEN = Validators()
REACH = Reach(hosts=frozenset({"127.0.0.1"}), allow_local=True)
LIMITS = Limits(connect_s=1, read_s=0.3, total_s=0.6, max_bytes=1000)
DRIPS = {
    "headers": b"HTTP/1.1 200 OK\r\nX-A: ",
    "body": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
    "chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\n",
    "chunk size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "until the close": b"HTTP/1.1 200 OK\r\n\r\n",
}


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """A server of this test's own."""
    with FeedServer() as running:
        yield running


def fetch(server: FeedServer, path: str = "/", known: Validators = NEVER_SEEN) -> Fetched:
    """Fetch a path with small limits."""
    return Fetcher(reach=REACH, limits=LIMITS, clock=time.monotonic).get(server.url(path), known)


def drip(write: Callable[[bytes], object], begin: bytes) -> None:
    """Write a byte every 50 ms for two seconds, or until the other side hangs up."""
    with suppress(OSError):
        write(begin)
        for _ in range(40):
            write(b"0")
            time.sleep(0.05)


def drip_in_the_handshake(listening: socket.socket) -> None:
    """Begin a TLS record of 16 KiB, and never finish it."""
    connection, _ = listening.accept()
    with connection:
        drip(connection.sendall, b"\x16\x03\x03\x40\x00")


def self_signed(folder: Path) -> Path:
    """Create a certificate for 127.0.0.1, with its key in the same file."""
    made = folder / "server.pem"
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate")
    command = f"{openssl} req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(made), "-out", str(folder / "certificate.pem")]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    made.write_bytes(made.read_bytes() + (folder / "certificate.pem").read_bytes())
    return made


class TestFetcher:
    def test_fetches_and_says_who_it_is(self, server: FeedServer) -> None:
        """A publisher must be able to see who asks, and save bandwidth with gzip."""
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
            ("https://[bad/", "redirects to 'https://.bad/', which is no address"),
            ("http://127.0.0.1:99999999/", "is no address: Port out of range"),
            ("", "answers 301 and does not say where to"),
        ],
    )
    def test_follows_no_redirect_astray(self, server: FeedServer, location: str, why: str) -> None:
        """A feed must not make us request our own network, or go on forever."""
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

    def test_does_not_wait_for_a_silent_server(self, server: FeedServer) -> None:
        """One that hangs must not use up the function's time."""
        server.answers["/"] = lambda _: time.sleep(0.5)

        began = time.monotonic()
        with pytest.raises(UnavailableFeedError, match="does not answer as it should"):
            fetch(server)
        assert time.monotonic() - began < 0.5

    @pytest.mark.parametrize("begin", DRIPS.values(), ids=DRIPS)
    def test_does_not_wait_for_a_dripping_server(self, server: FeedServer, begin: bytes) -> None:
        """A byte now and then never exceeds the time limit of one read, whatever it is part of."""
        server.answers["/"] = lambda request: drip(request.wfile.write, begin)

        began = time.monotonic()
        with pytest.raises(UnavailableFeedError, match="was not done after"):
            fetch(server)
        assert time.monotonic() - began < 1

    def test_does_not_wait_for_a_dripping_handshake(self) -> None:
        """What comes before the response counts too."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            Thread(target=drip_in_the_handshake, args=(listening,), daemon=True).start()
            url = f"https://127.0.0.1:{listening.getsockname()[1]}/"

            began = time.monotonic()
            with pytest.raises(UnavailableFeedError, match="does not answer as it should"):
                Fetcher(reach=REACH, limits=LIMITS, clock=time.monotonic).get(url, NEVER_SEEN)
            assert time.monotonic() - began < 0.8

    def test_fetches_over_tls_until_the_time_is_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Every feed is fetched this way on AWS."""
        certificate = self_signed(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server = FeedServer()
        server._server.socket = context.wrap_socket(server._server.socket, server_side=True)
        server.answers["/"] = with_body(b"{}")
        server.answers["/drip"] = lambda request: drip(request.wfile.write, DRIPS["body"])
        fetcher = Fetcher(reach=REACH, limits=LIMITS, clock=time.monotonic)

        with server:
            base = server.url("").replace("http:", "https:")
            assert fetcher.get(f"{base}/", NEVER_SEEN).content == b"{}"
            began = time.monotonic()
            with pytest.raises(UnavailableFeedError, match="was not done after"):
                fetcher.get(f"{base}/drip", NEVER_SEEN)
            assert time.monotonic() - began < 1

    def test_asks_nobody_when_the_look_up_took_all_the_time(self, server: FeedServer) -> None:
        """A name server may be slow as well."""

        def slowly(_host: str, _port: int) -> str:
            time.sleep(LIMITS.total_s)
            return "127.0.0.1"

        reach = Reach(hosts=frozenset({"127.0.0.1"}), allow_local=True, look_up=slowly)

        with pytest.raises(UnavailableFeedError, match="was not done after"):
            Fetcher(reach=reach, limits=LIMITS, clock=time.monotonic).get(server.url(), NEVER_SEEN)
        assert not server.asked

    def test_does_not_wait_for_slow_redirects(self, server: FeedServer) -> None:
        """Each is in time, but all of them together are not."""

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
