"""Paths without a route, to which Chalice's local server would answer with its own 403."""

from urllib.parse import unquote

from chalice.app import Blueprint, Response

from chalicelib.answers import READS
from chalicelib.parameters import shown
from chalicelib.problems import NotFoundError

unknown = Blueprint(__name__)

DEEPEST = 8
PATHS = ["".join(f"/{{part_{n}}}" for n in range(1, depth + 1)) for depth in range(1, DEEPEST + 1)]


def show_unknown(**parts: str) -> Response:
    """Answer 404."""
    path = "/".join(unquote(part) for part in parts.values())
    message = f"there is nothing at {shown('/' + path)}; the API is under /api/v1"
    raise NotFoundError(message)


for path in PATHS:
    unknown.route(path, methods=READS, name=f"unknown_{path.count('/')}")(show_unknown)
