"""One polite GET: conditional, compressed, and bounded in time, size and redirects."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urljoin

import urllib3

from bikeshare.errors import UnavailableFeedError
from lambdas.poll_gbfs.addresses import Address, Reach

USER_AGENT: Final = "bikeshare-availability (GBFS poller)"
READ_BYTES: Final = 64 * 1024
LONGEST_RETRY_S: Final = 3600
_GZIP: Final = 16 + zlib.MAX_WBITS
_REDIRECTS: Final = {301, 302, 303, 307, 308}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one feed may cost us: three of them in a minute, whatever they do."""

    connect_s: float = 3
    read_s: float = 5
    total_s: float = 10
    max_bytes: int = 8 * 1024 * 1024
    max_redirects: int = 3


@dataclass(frozen=True, kw_only=True)
class Validators:
    """By what a server knows which version we have."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """Ask for what is newer only."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A server's answer: the content, or none when it is still what we have."""

    content: bytes | None
    validators: Validators


class Fetcher:
    """Fetches from the hosts it may reach."""

    def __init__(self, *, reach: Reach, limits: Limits, clock: Callable[[], float]) -> None:
        self._reach = reach
        self._limits = limits
        self._clock = clock

    def get(self, url: str, known: Validators) -> Fetched:
        """Fetch; whatever keeps us from a whole answer is an UnavailableFeedError."""
        deadline = self._clock() + self._limits.total_s
        for _ in range(self._limits.max_redirects + 1):
            self._check_time(url, deadline)
            address = self._reach.address(url)
            try:
                with _pool(address, self._limits) as pool:
                    answer = _asked(pool, address, known)
                    if answer.status not in _REDIRECTS:
                        return self._read(url, answer, known, deadline)
                    url = urljoin(url, answer.headers.get("Location", ""))
            except (urllib3.exceptions.HTTPError, OSError, zlib.error) as error:
                message = f"{url} does not answer as it should: {error}"
                raise UnavailableFeedError(message) from error
        message = f"{url} is one redirect too many: {self._limits.max_redirects} are followed"
        raise UnavailableFeedError(message)

    def _check_time(self, url: str, deadline: float) -> None:
        if self._clock() > deadline:
            message = f"{url} was not done after {self._limits.total_s:g} s"
            raise UnavailableFeedError(message)

    def _read(
        self, url: str, answer: urllib3.BaseHTTPResponse, known: Validators, deadline: float
    ) -> Fetched:
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return Fetched(content=None, validators=known)
        if answer.status != HTTPStatus.OK:
            message = f"{url} answers {answer.status}"
            raise UnavailableFeedError(message, retry_after_s=_retry_after_s(answer))
        content = b""
        for piece in _unpacked(answer, self._limits.max_bytes):
            content += piece
            if len(content) > self._limits.max_bytes:
                message = f"{url} is larger than {self._limits.max_bytes:,} bytes"
                raise UnavailableFeedError(message)
            self._check_time(url, deadline)
        return Fetched(
            content=content,
            validators=Validators(
                etag=answer.headers.get("ETag"), last_modified=answer.headers.get("Last-Modified")
            ),
        )


def _pool(address: Address, limits: Limits) -> urllib3.HTTPConnectionPool:
    timeout = urllib3.Timeout(connect=limits.connect_s, read=limits.read_s)
    if address.scheme == "http":
        return urllib3.HTTPConnectionPool(address.ip, address.port, timeout=timeout)
    return urllib3.HTTPSConnectionPool(
        address.ip,
        address.port,
        timeout=timeout,
        # The certificate is the name's, whatever machine answers to it.
        server_hostname=address.host,
        assert_hostname=address.host,
    )


def _asked(
    pool: urllib3.HTTPConnectionPool, address: Address, known: Validators
) -> urllib3.BaseHTTPResponse:
    headers = {
        "Host": address.authority,
        "User-Agent": USER_AGENT,
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
        **known.headers(),
    }
    return pool.urlopen(
        "GET",
        address.target,
        headers=headers,
        redirect=False,
        retries=False,
        preload_content=False,
        decode_content=False,
    )


def _unpacked(answer: urllib3.BaseHTTPResponse, max_bytes: int) -> Iterator[bytes]:
    """Read piece by piece; no piece unpacks to more than the limit, whatever it holds."""
    encoding = answer.headers.get("Content-Encoding", "identity").lower()
    pieces = answer.stream(READ_BYTES, decode_content=False)
    if encoding == "identity":
        yield from pieces
        return
    if encoding not in ("gzip", "x-gzip"):
        message = f"the answer is in the encoding {encoding!r}, which was not asked for"
        raise UnavailableFeedError(message)
    unpacker = zlib.decompressobj(_GZIP)
    for piece in pieces:
        yield unpacker.decompress(piece, max_bytes + 1)
    if not unpacker.eof:
        message = "the gzip answer breaks off"
        raise UnavailableFeedError(message)


def _retry_after_s(answer: urllib3.BaseHTTPResponse) -> int | None:
    """Read how long to wait, where it is said in seconds."""
    said = answer.headers.get("Retry-After", "")
    return min(int(said), LONGEST_RETRY_S) if said.isdecimal() else None
