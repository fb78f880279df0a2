"""What API Gateway says by itself, in the API's own form of a problem (RFC 9457)."""

import json
from typing import Any, Final

PROBLEM_TYPE: Final = "application/problem+json"

# The gateway fills in the name of its own reason. It tells templates no status, except where one
# reason has one status.
REFUSED: Final = {
    "type": "urn:bikeshare:problem:refused",
    "title": "The request was refused before the API saw it",
    "detail": "The gateway's reason: $context.error.responseType",
}
THROTTLED: Final = {
    "type": "urn:bikeshare:problem:too-many-requests",
    "title": "There are too many requests just now",
    "status": 429,
    "detail": "Try again in a second",
}
FAILED: Final = {
    "type": "urn:bikeshare:problem:unavailable",
    "title": "The answer is not available just now",
    "detail": "The API did not answer in time or could not be reached; try again in a few seconds",
}


def gateway_responses() -> dict[str, Any]:
    """Answer for whatever is refused or fails before or behind the function, as SAM wants it."""
    return {
        "DEFAULT_4XX": _response(REFUSED),
        "THROTTLED": {"StatusCode": 429, **_response(THROTTLED, retry_after_s=1)},
        "DEFAULT_5XX": _response(FAILED, retry_after_s=2),
    }


def _response(problem: dict[str, Any], *, retry_after_s: int | None = None) -> dict[str, Any]:
    headers = {
        "Content-Type": PROBLEM_TYPE,
        "Cache-Control": "no-store",
        # As on every answer of the API: a page elsewhere could not even read why.
        "Access-Control-Allow-Origin": "*",
        **({"Retry-After": str(retry_after_s)} if retry_after_s else {}),
    }
    return {
        # The gateway takes fixed values in quotes of its own.
        "ResponseParameters": {"Headers": {name: f"'{value}'" for name, value in headers.items()}},
        # It chooses a template by this name, and the header then says what it is.
        "ResponseTemplates": {"application/json": json.dumps(problem)},
    }
