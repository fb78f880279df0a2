"""The state of the whole system."""

from typing import Final

from chalicelib.contract import schemas
from chalicelib.contract.operation import Operation
from chalicelib.contract.schemas import COUNT, SECONDS, TEXT, TIME, annotated, described, maybe
from chalicelib.queries import DropState

AVERAGE: Final = {"type": "number", "minimum": 0}

LANE: Final = described(
    "A lane's newest batch.",
    {
        "applied_at": TIME,
        "newest_record_at": maybe(TIME),
        "lag_s": annotated(
            maybe(SECONDS), "From the broker's time of its newest record to the commit."
        ),
        "idle_s": annotated(SECONDS, "Seconds since then."),
        "records": COUNT,
        "rows_seen": COUNT,
        "rows_applied": COUNT,
    },
)
STATUS: Final = described(
    "How far the stream is, how late, and what became of every row.",
    {
        **schemas.MOMENT,
        "now": annotated(TIME, "The server's clock."),
        "age_s": annotated(maybe(SECONDS), "From the event clock to now."),
        "version": schemas.LIST_HEAD["version"],
        "system": described(
            "The system served.", {"system_id": TEXT, "name": TEXT, "time_zone": TEXT}
        ),
        "stations": COUNT,
        "trips": COUNT,
        "drops": described("Drops by state.", {str(state): COUNT for state in DropState}),
        "rows": described(
            "Rows of all drops.",
            dict.fromkeys(("read", "published", "rejected", "applied", "duplicate"), COUNT),
        ),
        "lanes": {
            "type": "object",
            "description": "The newest batch of each lane.",
            "additionalProperties": LANE,
        },
        "unreadable_records": annotated(COUNT, "Kafka records set aside."),
        "drift": {
            "type": "array",
            "description": "How far off the answers were, by the age of the anchor.",
            "items": described(
                "Mean errors in bikes.",
                {
                    "from_hours": COUNT,
                    "snapshots": annotated(COUNT, "How many comparisons there were."),
                    "anchor_error": annotated(
                        AVERAGE, "Had the old snapshot been shown unchanged."
                    ),
                    "count_error": annotated(AVERAGE, "Of num_bikes_available."),
                    "estimate_error": annotated(AVERAGE, "Of estimated_bikes."),
                },
            ),
        },
    },
)

SHOW_STATUS: Final = Operation(
    path="/api/v1/status",
    name="showStatus",
    tag="Operations",
    summary="How far the stream is, how late, and what became of every row",
    schema="Status",
)
