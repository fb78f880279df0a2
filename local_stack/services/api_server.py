"""`python -m local_stack.services.api_server PORT`: serve the Chalice app to this machine only."""

import json
import re
import sys
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Final

from chalice import local
from chalice.config import Config

from local_stack.ports import HOST

# Chalice's server queues five connections; a page that loads its parts at once opens more.
WAITING_CALLERS: Final = 128
# A connection that is silent for this long is closed.
SILENCE_S: Final = 20
# No route takes a body; one up to this size is read and ignored.
LARGEST_BODY: Final = 65_536

NOT_HTTP: Final = "The request is not HTTP as this server speaks it"
TOO_LARGE: Final = "The request is larger than any that this API takes"
LENGTH: Final = re.compile(r"[0-9]{1,12}")
KINDS: Final = {
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.REQUEST_URI_TOO_LONG: "too-large",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "too-large",
}
REFUSALS: Final = {
    HTTPStatus.REQUEST_URI_TOO_LONG: TOO_LARGE,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TOO_LARGE,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: TOO_LARGE,
    HTTPStatus.NOT_FOUND: "There is nothing here; the API is under /api/v1",
}


class RequestHandler(local.ChaliceRequestHandler):
    """Chalice's handler, without delays and request logs, and with errors in our own form."""

    # With Nagle's algorithm the body waits 40 ms for the headers to be acknowledged.
    disable_nagle_algorithm = True
    timeout = SILENCE_S
    server_version = "bikeshare"
    sys_version = ""

    def handle(self) -> None:
        """Handle a connection; a browser that closes it midway is no error."""
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def parse_request(self) -> bool:
        """Pass requests of any method to the application, which decides which it allows."""
        is_read: bool = super().parse_request()
        if is_read:
            setattr(self, f"do_{self.command}", self._generic_handle)
        return is_read

    def _generic_handle(self) -> None:
        lengths = self.headers.get_all("content-length", ["0"])
        # With two lengths, or a chunked body, the rest would be read as another request.
        if (
            len(lengths) != 1
            or not LENGTH.fullmatch(lengths[0])
            or "transfer-encoding" in self.headers
        ):
            self.send_error(HTTPStatus.BAD_REQUEST)
        elif int(lengths[0]) > LARGEST_BODY:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            super()._generic_handle()

    def _send_error_response(self, error: local.LocalGatewayException) -> None:  # noqa: ARG002
        """Answer a path that Chalice has no route for as the application answers unknown ones."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse a request that cannot reach the application, and close the connection."""
        del message, explain
        status = HTTPStatus(code)
        # An unsupported HTTP version or method is the caller's error, not ours.
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            status = HTTPStatus.BAD_REQUEST
        problem = {
            "type": f"urn:bikeshare:problem:{KINDS.get(status, 'invalid-request')}",
            "title": status.phrase,
            "status": status,
            "detail": REFUSALS.get(status, NOT_HTTP),
        }
        body = json.dumps(problem).encode()
        self.close_connection = True
        # Otherwise a request whose version was not understood would be answered without headers.
        self.request_version = self.protocol_version
        self.send_response(status)
        headers = {
            "Content-Type": "application/problem+json",
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Access-Control-Allow-Origin": "*",
            "Connection": "close",
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if getattr(self, "command", None) != "HEAD":
            self.wfile.write(body)

    def send_header(self, keyword: str, value: str) -> None:
        """Send a header, except Content-Length in answer to HEAD, which gets no body."""
        if keyword != "Content-Length" or getattr(self, "command", None) != "HEAD":
            super().send_header(keyword, value)

    def log_message(self, *_: object) -> None:
        """Log no requests: errors are in the application's own log."""


def serve(port: int) -> None:
    """Serve until the process is ended."""
    from app import app

    config = Config.create(project_dir=str(Path.cwd()), chalice_app=app)
    server = local.create_local_server(app, config, HOST, port).server
    server.RequestHandlerClass = partial(RequestHandler, app_object=app, config=config)
    server.socket.listen(WAITING_CALLERS)
    server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
