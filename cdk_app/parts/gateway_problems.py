"""API Gateway's own errors, as problems in the API's form (RFC 9457)."""

import json
from typing import Any, Final

PROBLEM_TYPE: Final = "application/problem+json"

# The gateway fills in the name of its reason. Templates have no variable for the status, so it is
# given only where there is just one.
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
    """Return the responses to requests that fail outside the function, in SAM's form."""
    return {
        "DEFAULT_4XX": _response(REFUSED),
        "THROTTLED": {"StatusCode": 429, **_response(THROTTLED, retry_after_s=1)},
        "DEFAULT_5XX": _response(FAILED, retry_after_s=2),
    }


def _response(problem: dict[str, Any], *, retry_after_s: int | None = None) -> dict[str, Any]:
    headers = {
        "Content-Type": PROBLEM_TYPE,
        "Cache-Control": "no-store",
        # As on every answer of the API; without it a page elsewhere could not read the reason.
        "Access-Control-Allow-Origin": "*",
        **({"Retry-After": str(retry_after_s)} if retry_after_s else {}),
    }
    return {
        # The gateway requires fixed values to be in single quotes.
        "ResponseParameters": {"Headers": {name: f"'{value}'" for name, value in headers.items()}},
        # The gateway selects the template by this type; the header above then overrides it.
        "ResponseTemplates": {"application/json": json.dumps(problem)},
    }
