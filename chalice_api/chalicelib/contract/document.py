"""The contract itself: every operation of the API, written as one OpenAPI 3.1 document."""

from functools import cache
from typing import Any, Final

from chalicelib.answers import Body
from chalicelib.contract import drops, feeds, search, stations, status
from chalicelib.contract.components import OBJECTS, components
from chalicelib.contract.operation import Operation

SHOW_CONTRACT: Final = Operation(
    path="/openapi.json",
    name="showContract",
    tag="Contract",
    summary="This document",
    schema="Contract",
    reads_data=False,
)

OPERATIONS: Final = (
    stations.LIST_STATIONS,
    stations.LIST_FEATURES,
    stations.SHOW_STATION,
    stations.SHOW_HISTORY,
    stations.SHOW_FLOWS,
    search.SHOW_NEARBY,
    search.SHOW_PLACE,
    status.SHOW_STATUS,
    drops.LIST_DROPS,
    drops.SHOW_DROP,
    feeds.SHOW_METRICS,
    *feeds.GBFS,
    SHOW_CONTRACT,
)

# Schemas that are defined beside the one operation that returns them.
SCHEMAS: Final = OBJECTS | {"Status": status.STATUS} | feeds.SCHEMAS

TAGS: Final = {
    "Stations": "Which stations there are, how full each is, and what happened there.",
    "Search": "Which place a text means, and which stations are close to it.",
    "Operations": "How the stream is doing, and what became of every file.",
    "GBFS": "The same city for clients of the General Bikeshare Feed Specification.",
    "Contract": "This document.",
}
VERSION: Final = "1.2.0"
DESCRIPTION: Final = (
    "Bikes and docks of one bike-share system, as of the newest event applied. Everything is read "
    "with GET; HEAD and OPTIONS work on every path; no key is needed, and any web page may read. "
    "Times are RFC 3339 in UTC. A parameter that a path does not have is refused by its name, and "
    "so is one given twice; the GBFS feeds alone ignore all. "
    "Answers carry a strong ETag: send it back as If-None-Match and an "
    "unchanged answer is a 304. Errors are RFC 9457 problems whose `type` never changes. Within "
    "/api/v1 fields and parameters are added and none is taken away or given another meaning; "
    "ignore fields that you do not know."
)


@cache
def contract() -> dict[str, Any]:
    """Return the document; links are relative, as a gateway may add a prefix to the path."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bikeshare Availability",
            "version": VERSION,
            "description": DESCRIPTION,
        },
        "servers": [{"url": "."}],
        "tags": [{"name": name, "description": says} for name, says in TAGS.items()],
        "paths": {one.path: {"get": one.openapi(SCHEMAS)} for one in OPERATIONS},
        "components": components(SCHEMAS),
    }


@cache
def contract_body() -> Body:
    """Return the document as a body."""
    return Body.of_json(contract())
