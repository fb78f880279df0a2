"""Connections that end at a deadline, whatever the server does until then."""

import http.client
import io
import socket
from collections.abc import Callable
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection

from lambdas.poll_gbfs.addresses import Address


class Deadline:
    """The moment at which all work for one feed ends."""

    def __init__(self, *, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._ends = clock() + seconds

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self._clock() >= self._ends

    def left_s(self) -> float:
        """Return how much time is left; raise TimeoutError if none is."""
        left = self._ends - self._clock()
        if left <= 0:
            message = "no time is left"
            raise TimeoutError(message)
        return left


class _TimedReads(io.RawIOBase):
    """
    What a socket receives; each read may take what is left of the time, and `read_s` at most.

    A socket's own timeout restarts with every byte, and the library reads on until it has a
    whole line or piece: only here, below it, does a server that trickles bytes hit the deadline.
    """

    def __init__(self, connected: socket.socket, *, read_s: float, deadline: Deadline) -> None:
        self._socket = connected
        # This, and no longer the connection, keeps the socket open until the answer is read.
        self._received = connected.makefile("rb", buffering=0)
        self._read_s = read_s
        self._deadline = deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Stand in for the socket: this is all http.client needs of it to read an answer."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - as typeshed has it
        self._socket.settimeout(min(self._read_s, self._deadline.left_s()))
        return self._received.readinto(buffer)

    def close(self) -> None:
        self._received.close()
        super().close()


class _TimedConnection(HTTPConnection):
    """Reads the status line, the headers and the body until the deadline."""

    def __init__(self, host: str, *, read_s: float, deadline: Deadline, **rest: Any) -> None:  # noqa: ANN401 - urllib3's
        super().__init__(host, **rest)

        def answer(connected: socket.socket, **told: Any) -> http.client.HTTPResponse:  # noqa: ANN401 - http.client's
            reads = _TimedReads(connected, read_s=read_s, deadline=deadline)
            return http.client.HTTPResponse(reads, **told)  # type: ignore[arg-type]

        self.response_class = answer  # type: ignore[assignment]


class _TimedTlsConnection(_TimedConnection, HTTPSConnection):
    """The same over TLS."""


def pool_to(
    address: Address, *, connect_s: float, read_s: float, deadline: Deadline
) -> HTTPConnectionPool:
    """Return a pool that connects to an address; raise TimeoutError if no time is left for it."""
    left_s = deadline.left_s()
    settings: dict[str, Any] = {
        "read_s": read_s,
        "deadline": deadline,
        # The TLS handshake may take as long again as the connection before it.
        "timeout": Timeout(connect=min(connect_s, left_s / 2), read=min(read_s, left_s)),
    }
    if address.scheme == "http":
        plain = HTTPConnectionPool(address.ip, address.port, **settings)
        plain.ConnectionCls = _TimedConnection
        return plain
    # The certificate has to be for the name, whatever machine answers.
    settings |= {"server_hostname": address.host, "assert_hostname": address.host}
    pool = HTTPSConnectionPool(address.ip, address.port, **settings)
    pool.ConnectionCls = _TimedTlsConnection
    return pool
