"""Turn a route's result into an HTTP answer: bytes, ETag, gzip, headers, problems."""

import gzip
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property
from typing import Any, NamedTuple

from chalice.app import CaseInsensitiveMapping, Request, Response

from chalicelib.problems import PROBLEM_TYPE, ProblemError, problem

JSON_TYPE = "application/json"
HTML_TYPE = "text/html; charset=utf-8"
READS = ["GET", "HEAD", "OPTIONS"]
SMALLEST_WORTH_GZIP = 600
# 8 % smaller than at 6 for 8 % more time; at 8 and above it takes three times as long.
GZIP_LEVEL = 7
PREFLIGHT_S = 86_400

# An answer changes with each batch; the ETag makes polling cheap.
FRESH = "public, max-age=1, stale-while-revalidate=10"
# No shared cache may keep where somebody wants to go.
FRESH_TO_ONE = "private, max-age=1, stale-while-revalidate=10"
NEVER_STORED = "no-store"

OPEN_TO_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Age, ETag, Last-Modified, Link, Retry-After, Warning",
}
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
}

# Chalice refuses binary types to a request without Accept, and gzip makes all types binary; it
# also refuses a read that names a Content-Type without having a body.
PLAIN_READ = {"accept": "*/*", "content-type": JSON_TYPE}

PROBLEM_OF_STATUS = {
    404: ("not-found", "Not found"),
    405: ("method-not-allowed", "This address can only be read"),
    500: ("internal-error", "Something is wrong on our side"),
}


class Dated(NamedTuple):
    """The date of an answer's content, and whether it alone identifies that content."""

    at: datetime
    is_exact: bool


class Body:
    """The bytes of an answer, and what is derived from them, computed once."""

    def __init__(self, plain: bytes, dated: Dated | None = None) -> None:
        self.plain = plain
        self.dated = dated

    @classmethod
    def of_json(
        cls,
        value: Any,  # noqa: ANN401 - whatever JSON can say
        *,
        dated: Dated | None = None,
    ) -> "Body":
        """Return a body of compact JSON, with non-ASCII characters unescaped."""
        return cls(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), dated)

    @cached_property
    def gzipped(self) -> bytes:
        """The same, compressed reproducibly."""
        return gzip.compress(self.plain, GZIP_LEVEL, mtime=0)

    @cached_property
    def digest(self) -> str:
        """A short digest of the content."""
        return hashlib.sha256(self.plain).hexdigest()[:20]

    def etag(self, *, zipped: bool) -> str:
        """Return the strong ETag of one representation, which differs whenever the bytes do."""
        return f'"{self.digest}-gzip"' if zipped else f'"{self.digest}"'


def answer(
    body: Body, *, content_type: str = JSON_TYPE, cache: str = FRESH, **headers: str
) -> Response:
    """Return a route's answer; underscores in header names become hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body, {"Content-Type": content_type, "Cache-Control": cache, **named})


def finish(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Middleware that every answer of every route passes through."""
    if request.method == "OPTIONS":
        return preflight()
    request.headers = CaseInsensitiveMapping({**request.headers, **PLAIN_READ})
    try:
        response = get_response(request)
    except ProblemError as error:
        response = problem_response(error.members(), **error.headers())
    if not isinstance(response.body, Body):
        response = translated(response, request)
    return represented(response, request)


def preflight() -> Response:
    """Answer a CORS preflight: any page may read here."""
    headers: dict[str, str | list[str]] = {
        **OPEN_TO_ALL,
        "Access-Control-Allow-Methods": ", ".join(READS),
        "Access-Control-Allow-Headers": "Content-Type, If-Modified-Since, If-None-Match",
        "Access-Control-Max-Age": str(PREFLIGHT_S),
        "Allow": ", ".join(READS),
        "Content-Type": JSON_TYPE,
    }
    return Response(b"", headers=headers, status_code=204)


def problem_response(members: dict[str, Any], **headers: str) -> Response:
    """Answer with a problem."""
    return Response(
        Body.of_json(members),
        headers={"Content-Type": PROBLEM_TYPE, "Cache-Control": NEVER_STORED, **headers},
        status_code=members["status"],
    )


def translated(response: Response, request: Request) -> Response:
    """Turn Chalice's own errors into problems in our form, without internal details."""
    status = response.status_code
    kind, title = PROBLEM_OF_STATUS.get(status, ("invalid-request", "The request was refused"))
    details = {
        405: f"{request.method} is not possible here; use {', '.join(READS)}",
        500: "The request could not be answered; the reason is in our logs",
    }
    detail = details.get(status, "The request could not be understood")
    kept = {"Allow": ", ".join(READS)} if status == 405 else {}  # noqa: PLR2004 - HTTP's own number
    return problem_response(problem(kind=kind, title=title, status=status, detail=detail), **kept)


def represented(response: Response, request: Request) -> Response:
    """Choose what this caller gets: gzip, plain, or no bytes if they are cached already (304)."""
    body: Body = response.body
    zipped = len(body.plain) >= SMALLEST_WORTH_GZIP and takes_gzip(
        request.headers.get("accept-encoding", "")
    )
    headers = {**SAFE, **OPEN_TO_ALL, "Vary": "Accept-Encoding", **response.headers}
    content = body.gzipped if zipped else body.plain
    status = response.status_code
    if status == 200:  # noqa: PLR2004 - HTTP's own number
        headers["ETag"] = body.etag(zipped=zipped)
        if body.dated is not None:
            headers["Last-Modified"] = format_datetime(body.dated.at.astimezone(UTC), usegmt=True)
        if is_known(request, body):
            content, status = b"", 304
    if zipped and content:
        headers["Content-Encoding"] = "gzip"
    if request.method == "HEAD":
        content = b""
    return Response(content, headers=headers, status_code=status)


def takes_gzip(accept_encoding: str) -> bool:
    """Return whether a caller accepts gzip, with a weight above zero."""
    offers = [offer.partition(";") for offer in accept_encoding.lower().split(",")]
    weights = {coding.strip(): weight.replace(" ", "") for coding, _, weight in offers}
    # "*" stands only for codings that are not named.
    weight = weights.get("gzip", weights.get("*", "q=0"))
    return weight not in ("q=0", "q=0.0", "q=0.00", "q=0.000")


def is_known(request: Request, body: Body) -> bool:
    """Return whether a caller has this answer; If-None-Match overrides If-Modified-Since."""
    tag = request.headers.get("if-none-match")
    if tag is not None:
        return has_it_already(tag, body)
    since = request.headers.get("if-modified-since")
    return since is not None and body.dated is not None and is_unchanged(since, body.dated)


def is_unchanged(if_modified_since: str, dated: Dated) -> bool:
    """Compare by whole seconds; only the exact date we sent means that a caller has our answer."""
    try:
        since = parsedate_to_datetime(if_modified_since)
    except (ValueError, OverflowError):
        # A time-zone offset of years overflows.
        return False
    if since.tzinfo is None:
        return False
    return dated.is_exact and dated.at.replace(microsecond=0) == since


def has_it_already(if_none_match: str, body: Body) -> bool:
    """Compare weakly, as RFC 9110 requires for If-None-Match; either encoding matches."""
    offered = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in offered or not offered.isdisjoint(
        (body.etag(zipped=False), body.etag(zipped=True))
    )
