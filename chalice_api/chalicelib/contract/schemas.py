"""What answers are made of: the objects of docs/api.md as JSON Schema."""

from collections.abc import Iterable
from typing import Any, Final

from bikeshare.drops import Lane
from chalicelib.queries import DropState

Schema = dict[str, Any]
Example = str | float | list[str] | dict[str, int] | None

TIME: Final[Schema] = {"type": "string", "format": "date-time"}
YES_OR_NO: Final[Schema] = {"type": "boolean", "examples": [True]}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
WHOLE: Final[Schema] = {"type": "integer"}
TEXT: Final[Schema] = {"type": "string"}
SECONDS: Final[Schema] = {"type": "number"}
CLOCK_EXAMPLE: Final = "2019-07-01T12:00:00.000000Z"


def annotated(schema: Schema, description: str, example: Example = None) -> Schema:
    """Add a description and an example to a schema."""
    shown = {} if example is None else {"examples": [example]}
    return schema | {"description": description} | shown


def maybe(schema: Schema) -> Schema:
    """Let a schema also allow null: unknown, or not so."""
    nullable = schema | {"type": [schema["type"], "null"]}
    return nullable | {"enum": [*schema["enum"], None]} if "enum" in schema else nullable


def one_of(*words: str) -> Schema:
    """Return the schema of one of a few words."""
    return {"type": "string", "enum": [str(word) for word in words]}


def described(
    description: str, properties: dict[str, Schema], *, optional: Iterable[str] = ()
) -> Schema:
    """Return the schema of an object whose fields are all required, except the `optional` ones."""
    required = [name for name in properties if name not in set(optional)]
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required,
    }


def listed(schema: str) -> Schema:
    """Return the schema of a list of a component."""
    return {"type": "array", "items": component(schema)}


def component(name: str) -> Schema:
    """Return a reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


AS_OF: Final = annotated(
    maybe(TIME),
    "The event clock: the newest departure, arrival or snapshot applied; null before the first.",
    CLOCK_EXAMPLE,
)
STALE_SINCE: Final = annotated(
    maybe(TIME),
    "null, but while the database is away and this is the last good answer: since when.",
)
MOMENT: Final = {"as_of": AS_OF, "stale_since": STALE_SINCE}
NEXT_AFTER: Final = annotated(TEXT, "There are more: ask again with this as after.", "3186")
LAT: Final[Schema] = {"type": "number", "minimum": -90, "maximum": 90}
LON: Final[Schema] = {"type": "number", "minimum": -180, "maximum": 180}

STATION: Final[dict[str, Schema]] = {
    "station_id": annotated(TEXT, "Its id, as text.", "3186"),
    "name": annotated(maybe(TEXT), "Its name; null where nothing has told it.", "Grove St PATH"),
    "lat": annotated(maybe(LAT), "Degrees north; null where nothing has told it.", 40.7195),
    "lon": annotated(maybe(LON), "Degrees east; null where nothing has told it.", -74.0431),
    "capacity": annotated(maybe(WHOLE), "How many docks it has; null where not known.", 20),
    "num_bikes_available": annotated(
        maybe(COUNT), "Bikes to take, held within 0 and capacity; null when not known.", 8
    ),
    "num_ebikes_available": annotated(
        maybe(COUNT), "How many of them are electric, by the newest snapshot.", 2
    ),
    "num_docks_available": annotated(maybe(COUNT), "Free docks; null without a capacity.", 12),
    "is_installed": annotated(maybe(YES_OR_NO), "Whether it stands; null when no snapshot said."),
    "is_renting": annotated(maybe(YES_OR_NO), "false is closed, which is not the same as empty."),
    "is_returning": annotated(maybe(YES_OR_NO), "false is closed, which is not the same as full."),
    "last_reported": annotated(maybe(TIME), "The newest event or report here.", CLOCK_EXAMPLE),
    "anchored_at": annotated(
        maybe(TIME), "The snapshot from which bikes are counted; null: from trips.", CLOCK_EXAMPLE
    ),
    "source": annotated(
        one_of("snapshot", "trips", "both"), "Where the station is known from.", "both"
    ),
    "drift": annotated(maybe(WHOLE), "How far the plain count lies outside of 0 and capacity.", 0),
    "net_flow": annotated(WHOLE, "Arrivals less departures since anchored_at, or ever.", 0),
    "estimated_bikes": annotated(maybe(COUNT), "How many bikes are most likely.", 8),
    "estimate_method": annotated(
        maybe(one_of("bikes", "flow", "places")), "What the estimate is made from.", "flow"
    ),
    "aliases": annotated(
        {"type": "array", "items": TEXT}, "Its other ids in feeds and trip files.", ["JC005"]
    ),
}
PLACE_FIELDS: Final = ("lat", "lon")
STATION_FIELDS: Final = tuple(STATION)
EXAMPLE_STATION: Final = {name: schema["examples"][0] for name, schema in STATION.items()}
# In a list, `fields` may leave out any field except the station's id.
OPTIONAL_FIELDS: Final = tuple(name for name in STATION_FIELDS if name != "station_id")

LIST_HEAD: Final[dict[str, Schema]] = {
    **MOMENT,
    "version": annotated(COUNT, "Rises with every batch that is applied.", 1804),
    "station_count": annotated(COUNT, "How many stations there are in all.", 2231),
    "removed": annotated(
        {"type": "array", "items": TEXT},
        "With since or since_version: those that are gone, or changed and fit no more.",
        ["519"],
    ),
    "next_after": NEXT_AFTER,
}
OPTIONAL_HEAD: Final = ("removed", "next_after")

REACHED: Final[dict[str, Schema]] = {
    "distance_m": annotated({"type": "number", "minimum": 0}, "Geodesic metres.", 241.7),
    "blocks": annotated({"type": "number", "minimum": 0}, "The same in blocks.", 0.9),
    "walk_minutes": annotated(COUNT, "Whole minutes on foot, 80 m each, rounded up.", 4),
}

PLACE: Final = described(
    "A place that a search led to.",
    {
        "lat": annotated(LAT, "Degrees north.", 40.7195),
        "lon": annotated(LON, "Degrees east.", -74.0431),
        "name": annotated(TEXT, "What it is called.", "Grove St PATH"),
        "kind": annotated(
            one_of("coordinates", "station", "address"), "How it was read.", "station"
        ),
    },
)
WHY_NO_PLACE: Final = one_of("not_found", "outside_area", "too_vague", "unavailable")
SUGGESTIONS: Final = annotated(
    {"type": "array", "items": TEXT}, "What may have been meant.", ["Grove St PATH"]
)

PROBLEM: Final = described(
    "What is wrong and what to change, as RFC 9457 has it.",
    {
        "type": annotated(
            {"type": "string", "format": "uri", "pattern": "^urn:bikeshare:problem:[a-z-]+$"},
            "Stays the same for ever.",
            "urn:bikeshare:problem:invalid-parameter",
        ),
        "title": annotated(
            TEXT, "The kind of problem, in a few words.", "A parameter's value cannot be used"
        ),
        "status": annotated(
            {"type": "integer", "minimum": 400, "maximum": 599}, "The HTTP status.", 400
        ),
        "detail": annotated(
            TEXT,
            "What to change, in a sentence.",
            'limit must be a whole number from 1 to 500, not "many"',
        ),
        "parameter": annotated(TEXT, "The parameter that is wrong.", "limit"),
        "reason": annotated(WHY_NO_PLACE, "Why a text leads to no place, in one word."),
        "suggestions": SUGGESTIONS,
    },
    optional=("parameter", "reason", "suggestions"),
)

FEATURE: Final = described(
    "A station as RFC 7946 has it.",
    {
        "type": {"const": "Feature"},
        "id": STATION["station_id"],
        "geometry": {
            "description": "Where it is, to six decimals; null where not known.",
            "oneOf": [
                {"type": "null"},
                described(
                    "A point.",
                    {
                        "type": {"const": "Point"},
                        "coordinates": {
                            "type": "array",
                            "prefixItems": [LON, LAT],
                            "minItems": 2,
                            "maxItems": 2,
                        },
                    },
                ),
            ],
        },
        "properties": described(
            "The fields of the station but its place.",
            {name: STATION[name] for name in STATION_FIELDS if name not in PLACE_FIELDS},
            optional=OPTIONAL_FIELDS,
        ),
    },
)

STEPS: Final[dict[str, Schema]] = {
    "from": annotated(TIME, "When the first step begins.", "2019-07-01T09:00:00.000000Z"),
    "to": annotated(TIME, "When the last whole step ends.", CLOCK_EXAMPLE),
    "step_s": annotated(
        {"type": "integer", "minimum": 60, "maximum": 86_400}, "Seconds a step.", 900
    ),
}
FLOWS: Final[dict[str, Schema]] = {
    "departures": annotated(COUNT, "Trips that set off.", 4),
    "arrivals": annotated(COUNT, "Trips that ended.", 2),
}
POINT: Final = described(
    "One step.",
    {
        "at": annotated(TIME, "When the step begins.", "2019-07-01T11:45:00.000000Z"),
        **FLOWS,
        "moved_in": annotated(COUNT, "Bikes that trucks brought.", 0),
        "moved_out": annotated(COUNT, "Bikes that trucks took.", 0),
        "bikes": annotated(
            maybe(COUNT), "Bikes at the step's end, or at the event clock if earlier.", 8
        ),
    },
)

REJECTED: Final = annotated(
    {"type": ["object", "null"], "additionalProperties": COUNT},
    "Rows set aside, by reason.",
    {"no_start_time": 2},
)
ROW_COUNTS: Final[dict[str, Schema]] = {
    "rows_read": annotated(maybe(COUNT), "= rows_published + rows_rejected."),
    "rows_published": annotated(maybe(COUNT), "= rows_applied + rows_duplicate, once complete."),
    "rows_rejected": annotated(maybe(COUNT), "Rows set aside."),
    "rows_applied": annotated(maybe(COUNT), "Rows that changed the ledger."),
    "rows_duplicate": annotated(maybe(COUNT), "Rows that were there already."),
}
ATTEMPT: Final = described(
    "One try at publishing a drop.",
    {
        "attempt_id": TEXT,
        "outcome": annotated(maybe(one_of("published", "refused")), "null while it runs."),
        "reason": annotated(maybe(TEXT), "Why it was refused, and what to do."),
        **ROW_COUNTS,
        "rejected": REJECTED,
        "started_at": maybe(TIME),
        "finished_at": maybe(TIME),
        "completed_at": annotated(maybe(TIME), "When its last row was applied."),
    },
)
DROP: Final[dict[str, Schema]] = {
    "drop_id": annotated(TEXT, "Names the drop for good.", "4f1c2d8e9ab34567c0de"),
    "key": annotated(maybe(TEXT), "The object in the bucket.", "live/201907.csv.gz"),
    "lane": one_of(*Lane),
    "state": one_of(*DropState),
    "reason": annotated(maybe(TEXT), "Why it was refused, and what to do."),
    **ROW_COUNTS,
    "rejected": REJECTED,
    "rejected_key": annotated(maybe(TEXT), "The object that holds the rows set aside."),
    "size_bytes": maybe(COUNT),
    "first_event_at": annotated(maybe(TIME), "The oldest event in it."),
    "last_event_at": annotated(maybe(TIME), "The newest event in it."),
    "received_at": annotated(maybe(TIME), "When it landed."),
    "completed_at": annotated(maybe(TIME), "When its last row was applied."),
    "attempts": annotated(listed("Attempt"), "Each try, with its own numbers."),
}
