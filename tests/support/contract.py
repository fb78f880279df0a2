"""Real responses checked against the contract, more strictly than by a client: no extra fields."""

from copy import deepcopy
from typing import Any

import jsonschema_rs
from chalicelib.contract.document import OPERATIONS, contract


def problems_of(path: str, content: Any) -> list[str]:
    """List where an operation's response violates its schema."""
    operation = next(one for one in OPERATIONS if one.path == path)
    return problems_with(operation.schema, content)


def problems_with(schema: str, content: Any) -> list[str]:
    """List where a value violates a schema of the contract."""
    closed = _closed(deepcopy(contract()["components"]["schemas"]))
    root = {"$ref": f"#/components/schemas/{schema}", "components": {"schemas": closed}}
    validator = jsonschema_rs.validator_for(root, validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(content)]


def _closed(schema: Any) -> Any:
    """Forbid fields that are not described."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(one) for name, one in schema.items()}
    if isinstance(closed.get("properties"), dict) and closed.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed
