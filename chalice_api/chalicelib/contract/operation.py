"""One operation of the contract, and its form in OpenAPI."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.answers import JSON_TYPE
from chalicelib.contract.parameter import Parameter
from chalicelib.contract.samples import sample
from chalicelib.contract.schemas import Schema


def reference(kind: str, name: str) -> dict[str, str]:
    """Return a reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What can be requested at one path, and what is answered."""

    path: str
    name: str
    tag: str
    summary: str
    schema: str
    description: str = ""
    parameters: tuple[Parameter[Any], ...] = ()
    media_type: str = JSON_TYPE
    # Besides those that every operation may answer with.
    problems: tuple[int, ...] = ()
    headers: tuple[str, ...] = ("ETag", "Cache-Control")
    reads_data: bool = True
    # The parameters that the examples in the reference include.
    shown: tuple[Parameter[Any], ...] = ()

    @property
    def query_parameters(self) -> tuple[Parameter[Any], ...]:
        """The parameters of the query string."""
        return tuple(one for one in self.parameters if not one.is_in_path)

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status it may answer with."""
        usual = (200, 304, 400, 500, 503) if self.reads_data else (200, 304, 400, 500)
        return tuple(sorted({*usual, *self.problems}))

    def openapi(self, among: Mapping[str, Schema]) -> dict[str, Any]:
        """Return the operation in OpenAPI's form; its example is made from the schemas `among`."""
        written: dict[str, Any] = {
            "operationId": self.name,
            "summary": self.summary,
            "description": self.description or self.summary,
            "tags": [self.tag],
            "parameters": [one.openapi() for one in self.parameters],
            "responses": self._responses(among),
        }
        return written

    def _responses(self, among: Mapping[str, Schema]) -> dict[str, Any]:
        content = {
            "schema": reference("schemas", self.schema),
            "example": sample(among[self.schema], among),
        }
        answered = {
            "description": self.summary,
            "headers": {name: reference("headers", name) for name in self.headers},
            "content": {self.media_type: content},
        }
        others = self.statuses[1:]
        refused = {str(status): reference("responses", str(status)) for status in others}
        return {"200": answered} | refused
