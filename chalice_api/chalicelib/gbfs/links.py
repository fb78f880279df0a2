"""Where our feeds are found: GBFS takes whole addresses only, with the prefix of a stage."""

import re
from collections.abc import Mapping
from typing import Any, Final

from chalice.app import Request

from chalicelib.problems import ProblemError

# A name or number, and maybe a port: nothing that would end the address or begin another.
HOST: Final = re.compile(
    r"([A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?", re.ASCII
)

# How CloudFront calls a distribution; our edge puts it here, over whatever its caller sent.
EDGE_HEADER: Final = "x-forwarded-host"
EDGE: Final = re.compile(r"[a-z0-9]{1,63}\.cloudfront\.net", re.ASCII)


class UnknownAddressError(ProblemError):
    """A request from which our own address cannot be told."""

    kind = "unknown-address"
    title = "The address of this service is not known"


def public_address(request: Request, *, configured: str | None) -> str:
    """
    Give the address before /gbfs, without a slash at its end.

    What API Gateway says of itself is believed, and else the Host header, which is a part of the
    address that the caller asked. Other headers any caller may send, and a cache that does not tell
    its entries apart by them would hand the sender's links to others; so of those only the name of
    a CloudFront distribution counts, on AWS, where every request through ours has it from us.
    """
    if configured is not None:
        return configured
    context: Mapping[str, Any] = request.context
    domain = context.get("domainName")
    edge = request.headers.get(EDGE_HEADER, "")
    if domain and EDGE.fullmatch(edge):
        # It adds the stage by itself.
        return f"https://{edge}"
    host = str(domain or request.headers.get("host", ""))
    if not HOST.fullmatch(host):
        message = "the Host header names no host; set PUBLIC_URL to where this service is found"
        raise UnknownAddressError(message)
    scheme = "https" if domain else "http"
    return f"{scheme}://{host}{prefix(context)}"


def prefix(context: Mapping[str, Any]) -> str:
    """Tell what API Gateway puts before a route: its stage, or what a domain is mapped to."""
    path, route = str(context.get("path", "")), str(context.get("resourcePath", ""))
    return path.removesuffix(route) if route and path.endswith(route) else ""
