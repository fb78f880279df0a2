"""A real HTTP server that speaks the protocols of geocoders, and misbehaves when told to."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Reply = Callable[[BaseHTTPRequestHandler], None]
PAUSE_S = 0.2


class AddressServer:
    """Gives each request the next of the replies, and repeats the last one forever."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[dict[str, Any]] = []
        self.closing = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.noted(self)
                server.next_reply()(self)

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                server.bodies.append(json.loads(self.rfile.read(length)))
                self.do_GET()

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.netloc = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.netloc}"

    def noted(self, request: BaseHTTPRequestHandler) -> None:
        """Record who asked for what."""
        self.paths.append(request.path)
        self.headers.append(dict(request.headers))

    def next_reply(self) -> Reply:
        """Return the next reply; keep returning the last."""
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def raw(body: bytes, *, status: int = 200, **headers: str) -> Reply:
    """Answer with these bytes."""

    def reply(request: BaseHTTPRequestHandler) -> None:
        with suppress(ConnectionError):
            request.send_response(status)
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)

    return reply


def found(*places: tuple[Any, Any, Any]) -> Reply:
    """Answer as Nominatim does."""
    listed = [{"lat": lat, "lon": lon, "display_name": name} for lat, lon, name in places]
    return raw(json.dumps(listed).encode(), Content_Type="application/json")


def refused(status: int) -> Reply:
    """Answer with an error status."""
    return raw(b"<html>no</html>", status=status)


def dripping(request: BaseHTTPRequestHandler) -> None:
    """Answer byte by byte: each byte in time, the whole body never."""
    with suppress(OSError):
        request.send_response(200)
        request.end_headers()
        for _ in range(100):
            request.wfile.write(b" ")
            request.wfile.flush()
            time.sleep(PAUSE_S)


def silent(request: BaseHTTPRequestHandler) -> None:
    """Accept the request and stay silent for longer than any client waits."""
    time.sleep(4)
    request.close_connection = True
