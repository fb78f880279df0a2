"""The base URL of our feeds: GBFS requires absolute URLs, here with any stage prefix."""

import re
from collections.abc import Mapping
from typing import Any, Final

from chalice.app import Request

from chalicelib.problems import ProblemError

# A host name or IP address, maybe with a port: nothing that could alter the rest of the URL.
HOST: Final = re.compile(
    r"([A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?", re.ASCII
)

# CloudFront's name of a distribution; our edge puts it here, overwriting what its caller sent.
EDGE_HEADER: Final = "x-forwarded-host"
EDGE: Final = re.compile(r"[a-z0-9]{1,63}\.cloudfront\.net", re.ASCII)


class UnknownAddressError(ProblemError):
    """A request from which our own address cannot be determined."""

    kind = "unknown-address"
    title = "The address of this service is not known"


def public_address(request: Request, *, configured: str | None) -> str:
    """
    Return the URL before /gbfs, without a trailing slash.

    API Gateway's own domain name is trusted, or else the Host header, which is part of the URL
    that was requested. A caller may send any other header, and a cache without it in its key would
    serve the sender's links to others. The one exception, on AWS only, is the name of a CloudFront
    distribution, which our edge sets on every request.
    """
    if configured is not None:
        return configured
    context: Mapping[str, Any] = request.context
    domain = context.get("domainName")
    edge = request.headers.get(EDGE_HEADER, "")
    if domain and EDGE.fullmatch(edge):
        # CloudFront adds the stage by itself.
        return f"https://{edge}"
    host = str(domain or request.headers.get("host", ""))
    if not HOST.fullmatch(host):
        message = "the Host header names no host; set PUBLIC_URL to where this service is found"
        raise UnknownAddressError(message)
    scheme = "https" if domain else "http"
    return f"{scheme}://{host}{prefix(context)}"


def prefix(context: Mapping[str, Any]) -> str:
    """Return what API Gateway puts before a route: its stage, or a domain's base path."""
    path, route = str(context.get("path", "")), str(context.get("resourcePath", ""))
    return path.removesuffix(route) if route and path.endswith(route) else ""
