"""One polite GET: conditional, compressed, and bounded in time, size and redirects."""

import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urljoin

import urllib3

from bikeshare.errors import UnavailableFeedError
from lambdas.poll_gbfs.addresses import Address, Reach
from lambdas.poll_gbfs.answers import retry_after_s, unpacked
from lambdas.poll_gbfs.connections import Deadline, pool_to

USER_AGENT: Final = "bikeshare-availability (GBFS poller)"
_REDIRECTS: Final = {301, 302, 303, 307, 308}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one feed may cost us: three of them fit into a minute, whatever they do."""

    connect_s: float = 3
    read_s: float = 5
    total_s: float = 10
    max_bytes: int = 8 * 1024 * 1024
    max_redirects: int = 3


@dataclass(frozen=True, kw_only=True)
class Validators:
    """What tells a server which version we have."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """Return headers that ask only for what is newer."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A server's answer: the content, or None if it is still what we have."""

    content: bytes | None
    validators: Validators


def _now() -> datetime:
    return datetime.now(UTC)


class Fetcher:
    """Fetches from the hosts it may reach."""

    def __init__(
        self,
        *,
        reach: Reach,
        limits: Limits,
        clock: Callable[[], float],
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._reach = reach
        self._limits = limits
        self._clock = clock
        self._now = now

    def get(self, url: str, known: Validators) -> Fetched:
        """Fetch a URL; raise UnavailableFeedError for whatever keeps us from a whole answer."""
        limits = self._limits
        deadline = Deadline(clock=self._clock, seconds=limits.total_s)
        for _ in range(limits.max_redirects + 1):
            address = self._reach.address(url)
            try:
                with (
                    pool_to(
                        address,
                        connect_s=limits.connect_s,
                        read_s=limits.read_s,
                        deadline=deadline,
                    ) as pool,
                    closing(_asked(pool, address, known)) as answer,
                ):
                    if answer.status not in _REDIRECTS:
                        return self._read(url, answer, known)
                    url = _led_to(url, answer)
            except (urllib3.exceptions.HTTPError, OSError, zlib.error) as error:
                message = f"{url} does not answer as it should: {error}"
                if deadline.is_over:
                    message = f"{url} was not done after {limits.total_s:g} s"
                raise UnavailableFeedError(message) from error
        message = f"{url} is one redirect too many: {limits.max_redirects} are followed"
        raise UnavailableFeedError(message)

    def _read(self, url: str, answer: urllib3.BaseHTTPResponse, known: Validators) -> Fetched:
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return Fetched(content=None, validators=known)
        if answer.status != HTTPStatus.OK:
            message = f"{url} answers {answer.status}"
            wait_s = retry_after_s(answer, now=self._now())
            raise UnavailableFeedError(message, retry_after_s=wait_s)
        content = bytearray()
        for piece in unpacked(answer, self._limits.max_bytes):
            content += piece
            if len(content) > self._limits.max_bytes:
                message = f"{url} is larger than {self._limits.max_bytes:,} bytes"
                raise UnavailableFeedError(message)
        return Fetched(
            content=bytes(content),
            validators=Validators(
                etag=answer.headers.get("ETag"), last_modified=answer.headers.get("Last-Modified")
            ),
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


def _led_to(url: str, answer: urllib3.BaseHTTPResponse) -> str:
    """Return where a redirect leads."""
    location = answer.headers.get("Location")
    if not location:
        message = f"{url} answers {answer.status} and does not say where to"
        raise UnavailableFeedError(message)
    try:
        return urljoin(url, location)
    except ValueError as error:
        message = f"{url} redirects to {location!r}, which is no address: {error}"
        raise UnavailableFeedError(message) from error
