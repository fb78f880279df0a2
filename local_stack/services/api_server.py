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

# Chalice's server lets five callers wait; a page that loads its parts at once has more.
WAITING_CALLERS: Final = 128
# A caller that says nothing for so long is let go.
SILENCE_S: Final = 20
# Nothing here takes a body; what little comes with a request is read and left alone.
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
    """Chalice's handler, answering at once, quietly, and in our own form whatever comes."""

    # With Nagle's algorithm the body waits 40 ms for the headers to be acknowledged.
    disable_nagle_algorithm = True
    timeout = SILENCE_S
    server_version = "bikeshare"
    sys_version = ""

    def handle(self) -> None:
        """Answer; a browser that closes its tab in the middle is no error."""
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def parse_request(self) -> bool:
        """Hand the application every method there is: it says which it has."""
        is_read: bool = super().parse_request()
        if is_read:
            setattr(self, f"do_{self.command}", self._generic_handle)
        return is_read

    def _generic_handle(self) -> None:
        lengths = self.headers.get_all("content-length", ["0"])
        # Two lengths, or a body in pieces, and the rest would be read as a request of its own.
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
        """Say of a path that no route has what the application says of others."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no request that the application could see; what is not read is dropped."""
        del message, explain
        status = HTTPStatus(code)
        # A version or method that is not spoken here is the caller's to change.
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
        # Else one whose version was not understood would be answered without headers.
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
        """Send a header; who asks for the head alone is not told the length of what is left out."""
        if keyword != "Content-Length" or getattr(self, "command", None) != "HEAD":
            super().send_header(keyword, value)

    def log_message(self, *_: object) -> None:
        """Say nothing of callers: what went wrong here is in the application's own log."""


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
