"""How geopy reaches its services: bounded in time and size, and without redirects."""

import http.client
import json
import socket
import ssl
import threading
from contextlib import closing, suppress
from typing import Any, Final
from urllib.parse import urlsplit

from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.exc import (
    GeocoderParseError,
    GeocoderServiceError,
    GeocoderTimedOut,
    GeocoderUnavailable,
)

LARGEST_ANSWER: Final = 512 * 1024
OK: Final = 200
LATE: Final = "the service took too long"


class BoundedAdapter(BaseSyncAdapter):  # type: ignore[misc]  # geopy ships no types
    """
    An adapter that uses a separate connection for each request.

    geopy's own adapters restart the time-out with each packet, read answers of any size and follow
    redirects anywhere, all of which a hostile service could exploit.
    """

    def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> Any:  # noqa: ANN401
        """Read JSON."""
        try:
            return json.loads(self.get_text(url, timeout=timeout, headers=headers))
        except (ValueError, RecursionError) as error:
            message = "the answer is not JSON"
            raise GeocoderParseError(message) from error

    def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
        """Read an answer that arrives completely within the time-out."""
        connection = self._connection(url, timeout)
        is_late = threading.Event()
        try:
            with closing(connection):
                connection.connect()
                deadline = threading.Timer(timeout, cut, (connection.sock, is_late))
                deadline.start()
                try:
                    text = self._read(connection, url, headers)
                finally:
                    deadline.cancel()
        except AdapterHTTPError:
            raise
        except (OSError, http.client.HTTPException) as error:
            if is_late.is_set() or isinstance(error, TimeoutError):
                raise GeocoderTimedOut(LATE) from error
            message = "the service cannot be reached"
            raise GeocoderUnavailable(message) from error
        # An answer without a length just ends where it was cut off.
        if is_late.is_set():
            raise GeocoderTimedOut(LATE)
        return text

    def _connection(self, url: str, timeout: float) -> http.client.HTTPConnection:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme == "http":
            return http.client.HTTPConnection(host, parts.port, timeout=timeout)
        context = self.ssl_context or ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=context)

    def _read(
        self, connection: http.client.HTTPConnection, url: str, headers: dict[str, str]
    ) -> str:
        parts = urlsplit(url)
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        response = connection.getresponse()
        body = response.read(LARGEST_ANSWER + 1)
        if response.status != OK:
            message = f"status {response.status}"
            raise AdapterHTTPError(
                message, status_code=response.status, headers=dict(response.headers), text=None
            )
        if len(body) > LARGEST_ANSWER:
            message = "the answer is too large"
            raise GeocoderServiceError(message)
        return body.decode("utf-8", "replace")


def cut(connected: socket.socket, is_late: threading.Event) -> None:
    """Shut down a connection in the middle of a read."""
    is_late.set()
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
