"""Where a feed may lead us: to the hosts that were named, and never into our own network."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from bikeshare.errors import UnavailableFeedError

PORTS: Final = {"https": 443, "http": 80}


def _looked_up(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        message = f"{host} has no address: {error}"
        raise UnavailableFeedError(message) from error
    # Lambda has no IPv6 outside of a VPC.
    found.sort(key=lambda each: each[0] != socket.AF_INET)
    return str(found[0][4][0])


def split_url(url: str) -> tuple[SplitResult, int | None]:
    """Split a URL, and read its port, which urlsplit defers; may raise UnavailableFeedError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        message = f"{url} is no address: {error}"
        raise UnavailableFeedError(message) from error
    return parts, port


@dataclass(frozen=True, kw_only=True)
class Address:
    """A URL that may be fetched, and the very IP address that was looked up for it."""

    scheme: str
    host: str
    port: int
    target: str
    ip: str

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        return self.host if self.port == PORTS[self.scheme] else f"{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class Reach:
    """
    The hosts that may be contacted; `allow_local` is for tests and local runs, never for AWS.

    An address is looked up once and then connected to, so that a name cannot point elsewhere
    between the check and the use.
    """

    hosts: frozenset[str]
    allow_local: bool = False
    look_up: Callable[[str, int], str] = _looked_up

    def address(self, url: str) -> Address:
        """Check a URL and look its host up; raise UnavailableFeedError if it may not be fetched."""
        parts, port = split_url(url)
        if parts.scheme not in (("https", "http") if self.allow_local else ("https",)):
            message = f"{url} is not an https address"
            raise UnavailableFeedError(message)
        host = parts.hostname or ""
        if host not in self.hosts:
            named = ", ".join(sorted(self.hosts))
            message = f"{url} is on {host!r}, which is none of the hosts in GBFS_HOSTS: {named}"
            raise UnavailableFeedError(message)
        port = port or PORTS[parts.scheme]
        ip = self.look_up(host, port)
        if not (self.allow_local or ip_address(ip).is_global):
            message = f"{url} leads to the private address {ip}"
            raise UnavailableFeedError(message)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Address(scheme=parts.scheme, host=host, port=port, target=target, ip=ip)
