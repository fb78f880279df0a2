"""An example of a schema, put together from the examples of its parts."""

from collections.abc import Mapping
from typing import Any, Final

from chalicelib.contract.schemas import CLOCK_EXAMPLE, Schema

PLAIN: Final[dict[str, Any]] = {
    "integer": 0,
    "number": 0,
    "boolean": True,
    "null": None,
    "object": {},
    "string": "text",
}


def sample(schema: Schema, among: Mapping[str, Schema]) -> Any:  # noqa: ANN401 - whatever JSON can say
    """Return the schema's own example, else the simplest value that it allows."""
    if "$ref" in schema:
        return sample(among[schema["$ref"].rsplit("/", 1)[1]], among)
    for shown in ("examples", "enum"):
        if shown in schema:
            return schema[shown][0]
    return schema["const"] if "const" in schema else _made(schema, among)


def _made(schema: Schema, among: Mapping[str, Schema]) -> Any:  # noqa: ANN401 - the same
    if "oneOf" in schema:
        return sample(schema["oneOf"][-1], among)
    if "prefixItems" in schema:
        return [sample(one, among) for one in schema["prefixItems"]]
    if "items" in schema:
        return [sample(schema["items"], among)]
    if "properties" in schema:
        fields = schema["properties"]
        return {name: sample(fields[name], among) for name in schema["required"]}
    if schema.get("format") == "date-time":
        return CLOCK_EXAMPLE
    kind = schema["type"] if isinstance(schema["type"], str) else schema["type"][0]
    return schema.get("minimum", PLAIN[kind])
