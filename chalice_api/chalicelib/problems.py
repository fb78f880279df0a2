"""
The errors that the API answers with, in the form of RFC 9457.

ProblemError
├── UnknownParameterError     400: a name no parameter of this route has
├── InvalidParameterError     400: a value that is invalid
├── NotFoundError             404: no such thing
├── UnavailableError          503: temporary; try again
│   └── DatabaseUnavailableError      (in database.py)
├── UnknownAddressError       (in gbfs/links.py)
└── PlaceProblemError         (in search/finder.py)
    ├── NameNotFoundError
    ├── OutsideAreaError
    ├── TooVagueError
    └── AddressesUnavailableError
"""

from typing import Any

from chalice.app import ChaliceUnhandledError

from bikeshare.errors import InvalidRequestError

PROBLEM_TYPE = "application/problem+json"


class ProblemError(InvalidRequestError, ChaliceUnhandledError):
    """A request that is answered with a problem; Chalice passes this on to the middleware."""

    kind = "invalid-request"
    title = "The request cannot be answered"
    status = 400

    def __init__(self, detail: str, *, parameter: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.parameter = parameter

    def members(self) -> dict[str, Any]:
        """The problem as a JSON object."""
        return problem(
            kind=self.kind,
            title=self.title,
            status=self.status,
            detail=self.detail,
            parameter=self.parameter,
        )

    def headers(self) -> dict[str, str]:
        """The headers that the problem adds to the answer."""
        return {}


class UnknownParameterError(ProblemError):
    """A query parameter that this route does not have."""

    kind = "unknown-parameter"
    title = "There is no such parameter"


class InvalidParameterError(ProblemError):
    """A query parameter whose value cannot be read or is out of its range."""

    kind = "invalid-parameter"
    title = "A parameter's value cannot be used"


class NotFoundError(ProblemError):
    """Nothing is known under the given name."""

    kind = "not-found"
    title = "Not found"
    status = 404


class UnavailableError(ProblemError):
    """Something that this answer needs is not working just now."""

    kind = "unavailable"
    title = "The answer is not available just now"
    status = 503

    def headers(self) -> dict[str, str]:
        """Add when to try again."""
        return {"Retry-After": "2"}


def problem(
    *, kind: str, title: str, status: int, detail: str, parameter: str | None = None
) -> dict[str, Any]:
    """Return a problem; its type is a URN, which is the same on whatever host the API runs."""
    members: dict[str, Any] = {
        "type": f"urn:bikeshare:problem:{kind}",
        "title": title,
        "status": status,
        "detail": detail,
    }
    if parameter is not None:
        members["parameter"] = parameter
    return members
