"""The named parts of the contract that several operations share: schemas, headers, refusals."""

from collections.abc import Mapping
from typing import Any, Final

from chalicelib.contract import schemas
from chalicelib.contract.operation import reference
from chalicelib.contract.samples import sample
from chalicelib.contract.schemas import annotated, component, described, listed, maybe
from chalicelib.nearby import Need
from chalicelib.problems import PROBLEM_TYPE

OBJECTS: Final[dict[str, schemas.Schema]] = {
    "Station": described("A station and how full it is.", schemas.MOMENT | schemas.STATION),
    "StationList": described(
        "Stations, by station_id.",
        {
            **schemas.LIST_HEAD,
            "stations": {
                "type": "array",
                "items": described(
                    "A station; with fields, only those.",
                    schemas.STATION,
                    optional=schemas.OPTIONAL_FIELDS,
                ),
            },
        },
        optional=schemas.OPTIONAL_HEAD,
    ),
    "StationFeatures": described(
        "The same as a feature collection.",
        {
            "type": {"const": "FeatureCollection"},
            **schemas.LIST_HEAD,
            "features": listed("StationFeature"),
        },
        optional=schemas.OPTIONAL_HEAD,
    ),
    "StationFeature": schemas.FEATURE,
    "History": described(
        "What happened at a station, step by step.",
        {
            "as_of": schemas.AS_OF,
            "station_id": schemas.STATION["station_id"],
            **schemas.STEPS,
            "anchored_at": schemas.STATION["anchored_at"],
            "points": listed("HistoryPoint"),
        },
    ),
    "HistoryPoint": schemas.POINT,
    "Flows": described(
        "What all stations together did, step by step.",
        {
            "as_of": schemas.AS_OF,
            **schemas.STEPS,
            "points": {
                "type": "array",
                "items": described("One step.", {"at": schemas.STEPS["from"], **schemas.FLOWS}),
            },
        },
    ),
    "Place": schemas.PLACE,
    "Nearby": described(
        "Stations in reach of a place, nearest first.",
        {
            **schemas.MOMENT,
            "place": component("Place"),
            "radius_m": annotated({"type": "number", "minimum": 0}, "How far was looked.", 780),
            "blocks": annotated({"type": "number", "minimum": 0}, "The same in blocks.", 3),
            "need": schemas.one_of(*Need),
            "stations": {
                "type": "array",
                "items": described(
                    "A station and how far it is.", schemas.STATION | schemas.REACHED
                ),
            },
        },
    ),
    "Geocode": described(
        "The place that a text means, or why none.",
        {
            **schemas.MOMENT,
            "query": annotated(schemas.TEXT, "The text, with its spaces in order.", "grove st"),
            "place": {"oneOf": [{"type": "null"}, component("Place")]},
            "reason": annotated(maybe(schemas.WHY_NO_PLACE), "Why there is none, in one word."),
            "detail": annotated(maybe(schemas.TEXT), "The same in a sentence for people."),
            "suggestions": schemas.SUGGESTIONS,
        },
    ),
    "Drop": described("What happened to one file.", {"as_of": schemas.AS_OF, **schemas.DROP}),
    "DropList": described(
        "Files, the newest first.",
        {
            "as_of": schemas.AS_OF,
            "drops": {"type": "array", "items": described("One file.", schemas.DROP)},
            "next_after": schemas.NEXT_AFTER,
        },
        optional=("next_after",),
    ),
    "Attempt": schemas.ATTEMPT,
    "Problem": schemas.PROBLEM,
    "Contract": {
        "type": "object",
        "description": "An OpenAPI 3.1 document.",
        "required": ["openapi", "info", "paths"],
        "examples": [{"openapi": "3.1.0", "info": {"title": "…", "version": "…"}, "paths": {}}],
    },
}

HEADERS: Final[dict[str, Any]] = {
    "ETag": {
        "description": "Names this very answer; send it back as If-None-Match.",
        "schema": {"type": "string"},
    },
    "Cache-Control": {
        "description": "How long the answer may be kept.",
        "schema": {"type": "string"},
    },
    "Last-Modified": {
        "description": "The event clock, to the second.",
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds until another try is worth it.",
        "schema": {"type": "integer", "minimum": 1},
    },
}

REFUSALS: Final = {
    "400": "A parameter is unknown, or its value cannot be used.",
    "404": "There is no such thing, or no such place.",
    "500": "Something is wrong on our side.",
    "503": "The answer is not available just now; try again.",
}


def components(objects: Mapping[str, schemas.Schema]) -> dict[str, Any]:
    """Return them in OpenAPI's form."""
    problem = {
        PROBLEM_TYPE: {
            "schema": reference("schemas", "Problem"),
            "example": sample(objects["Problem"], objects),
        }
    }
    responses: dict[str, Any] = {
        status: {"description": said, "content": problem} for status, said in REFUSALS.items()
    }
    responses["503"]["headers"] = {"Retry-After": reference("headers", "Retry-After")}
    responses["304"] = {"description": "Nothing has changed since the answer that was named."}
    return {"schemas": dict(objects), "headers": HEADERS, "responses": responses}
