import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from local_stack.services.api_server import SILENCE_S, RequestHandler
from tests.support.served_api import served_api

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """The server without its database: nothing that is refused here gets that far."""
    home = tmp_path_factory.mktemp("api")
    with served_api(home, "postgresql://nobody@127.0.0.1:1/nothing") as url:
        parts = urlsplit(url)
        yield str(parts.hostname), int(parts.port or 0)


def said(address: tuple[str, int], sent: bytes) -> bytes:
    """Send bytes and read until the server closes, or has nothing more to say."""
    with socket.create_connection(address, timeout=5) as caller:
        answered = b""
        try:
            caller.sendall(sent)
            while part := caller.recv(65_536):
                answered += part
        except (TimeoutError, ConnectionError):
            pass
    return answered


CLOSE = b"Host: x\r\nConnection: close\r\n\r\n"


class TestHead:
    """What a monitor requests: everything but the content."""

    def test_is_told_no_length_that_is_not_so(self, address: tuple[str, int]) -> None:
        """Zero would claim to be the length of what GET returns (RFC 9110, 8.6)."""
        head = said(address, b"HEAD /openapi.json HTTP/1.1\r\n" + CLOSE)
        get = said(address, b"GET /openapi.json HTTP/1.1\r\n" + CLOSE)

        assert head.startswith(b"HTTP/1.1 200")
        assert head.endswith(b"\r\n\r\n")
        assert b"Content-Length" not in head
        assert b"Content-Length" in get


class TestRefusals:
    """Whatever comes is answered in one format, or dropped; no internals are revealed."""

    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n" + CLOSE, 414),
            (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n" + CLOSE, 431),
            (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + CLOSE, 431),
            (b"NONSENSE\r\n\r\n", 400),
            (b"GET / HTTP/9.9\r\n" + CLOSE, 400),
            (b"GET /a/b/c/d/e/f/g/h/i/j HTTP/1.1\r\n" + CLOSE, 404),
            (b"GET //[ HTTP/1.1\r\n" + CLOSE, 404),
            (b"GET /../../etc/passwd HTTP/1.1\r\n" + CLOSE, 404),
            (b"GET /static/x/..%2f..%2fapp.py HTTP/1.1\r\n" + CLOSE, 404),
            (b"GET /api/v1/stations?x=%0d%0aSet-Cookie:a HTTP/1.1\r\n" + CLOSE, 400),
            (b"POST /api/v1/stations HTTP/1.1\r\nContent-Length: -1\r\n" + CLOSE, 400),
            (b"POST /api/v1/stations HTTP/1.1\r\nContent-Length: 99999999999\r\n" + CLOSE, 413),
            (b"TRACE /api/v1/stations HTTP/1.1\r\n" + CLOSE, 405),
            (b"BREW /api/v1/stations HTTP/1.1\r\n" + CLOSE, 405),
            (b"__class__ /api/v1/stations HTTP/1.1\r\n" + CLOSE, 405),
        ],
        ids=lambda value: value[:48].decode() if isinstance(value, bytes) else str(value),
    )
    def test_are_problems(self, address: tuple[str, int], sent: bytes, status: int) -> None:
        """RFC 9457, without naming what runs here or its version."""
        head, _, body = said(address, sent).partition(b"\r\n\r\n")

        assert head.split()[1] == str(status).encode()
        assert b"application/problem+json" in head
        assert json.loads(body)["status"] == status
        for word in (b"Python", b"Traceback", b"BaseHTTP", b"Set-Cookie"):
            assert word not in head + body

    @pytest.mark.parametrize(
        "framing",
        [
            b"Transfer-Encoding: chunked\r\n",
            b"Content-Length: 4\r\nContent-Length: 40\r\n",
            b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        ],
    )
    def test_never_read_a_body_as_the_next_request(
        self, address: tuple[str, int], framing: bytes
    ) -> None:
        """The answer to a smuggled request would go to somebody else."""
        hidden = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
        answered = said(address, b"POST / HTTP/1.1\r\nHost: x\r\n" + framing + b"\r\n" + hidden)

        assert answered.count(b"HTTP/1.1 ") == 1
        assert b"hidden" not in answered

    def test_one_who_dawdles_keeps_nobody_waiting(self, address: tuple[str, int]) -> None:
        """Half a request over many lines: others are answered meanwhile, and it is cut off."""
        slow = [socket.create_connection(address) for _ in range(50)]
        for caller in slow:
            caller.sendall(b"GET / HTTP/1.1\r\nHost:")

        assert said(address, b"GET /openapi.json HTTP/1.1\r\n" + CLOSE).startswith(b"HTTP/1.1 200")
        for caller in slow:
            caller.close()

    def test_one_who_says_nothing_is_let_go(self) -> None:
        """After the handler's own timeout, not when the client gives up."""
        assert RequestHandler.timeout == SILENCE_S <= 30
