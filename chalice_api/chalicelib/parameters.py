"""The query string, checked against the contract: every value, and no unknown names."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import unquote

from chalice.app import Request

from chalicelib.contract.operation import Operation
from chalicelib.contract.parameter import Parameter
from chalicelib.contract.reading import UnreadableValueError
from chalicelib.problems import InvalidParameterError, UnknownParameterError

Value = TypeVar("Value")

MAX_SHOWN = 40


class Query:
    """One request's query string, parsed by its parameters."""

    def __init__(
        self, given: Mapping[str, Sequence[str]], *, known: Sequence[Parameter[Any]]
    ) -> None:
        self._known = {one.name: one for one in known}
        self._given: dict[str, str] = {}
        for name, values in given.items():
            if name not in self._known:
                raise UnknownParameterError(
                    _unknown(name, list(self._known)), parameter=name[:MAX_SHOWN]
                )
            if len(values) != 1:
                message = f"{name} is given {len(values)} times; give it once"
                raise InvalidParameterError(message, parameter=name)
            self._given[name] = values[0]

    @classmethod
    def of(cls, request: Request, operation: Operation) -> "Query":
        """Return a request's query, all of it checked against its operation."""
        query = cls(_values(request), known=operation.query_parameters)
        for name in query._given:
            query[query._known[name]]
        return query

    @classmethod
    def of_link(cls, request: Request, *, known: Sequence[Parameter[Any]]) -> "Query":
        """Return the known parameters of a link to the page; other sites may add their own."""
        names = {one.name for one in known}
        values = {name: all_[:1] for name, all_ in _values(request).items() if name in names}
        return cls(values, known=known)

    def __contains__(self, parameter: Parameter[Any]) -> bool:
        return parameter.name in self._given

    def __getitem__(self, parameter: Parameter[Value]) -> Value:
        text = self._given.get(parameter.name)
        if text is None:
            return parameter.default
        try:
            return parameter.read(text)
        except UnreadableValueError as error:
            message = f"{parameter.name} must be {parameter.must}, not {shown(text)}"
            raise InvalidParameterError(message, parameter=parameter.name) from error

    def raw(self, parameter: Parameter[Any]) -> str:
        """Return a parameter's text as it was sent; empty if it was not."""
        return self._given.get(parameter.name, "")


def in_order(text: str) -> str:
    """Normalise the white space in what a rider typed, including null bytes."""
    return " ".join(text.replace("\x00", " ").split())


def path_part(sent: str) -> str:
    """Decode a part of the path: API Gateway passes it on decoded, the local server does not."""
    return unquote(sent)


def shown(text: str) -> str:
    """Quote what a caller sent, truncated and without control characters."""
    cut = text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
    return f'"{"".join(letter if letter.isprintable() else "�" for letter in cut)}"'


def _values(request: Request) -> dict[str, Sequence[str]]:
    given = request.query_params
    return {} if given is None else {name: given.getlist(name) for name in given}


def _unknown(name: str, known: Sequence[str]) -> str:
    if not known:
        return f"{shown(name)} is not a parameter here; this address takes none"
    return f"{shown(name)} is not a parameter here; there are {', '.join(known)}"
