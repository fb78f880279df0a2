"""How far off the counts were when the next snapshot came, by the age of the previous one."""

from typing import Final, NamedTuple

from psycopg2.extensions import cursor

ERRORS_BY_AGE: Final = """
SELECT from_hours, snapshots, anchor_error, count_error, estimate_error
FROM error_by_age
ORDER BY from_hours
"""


class ErrorRow(NamedTuple):
    """Sums of absolute errors in bikes, for anchors of one age."""

    from_hours: int
    snapshots: int
    anchor_error: int
    count_error: int
    estimate_error: int


def errors_by_age(db: cursor) -> list[ErrorRow]:
    """Read the errors that the batches of snapshots measured."""
    db.execute(ERRORS_BY_AGE)
    return [ErrorRow._make(row) for row in db.fetchall()]


def drift_object(row: ErrorRow) -> dict[str, float]:
    """Return the mean errors, in bikes, for anchors from an age on."""
    return {
        "from_hours": row.from_hours,
        "snapshots": row.snapshots,
        "anchor_error": round(row.anchor_error / row.snapshots, 2),
        "count_error": round(row.count_error / row.snapshots, 2),
        "estimate_error": round(row.estimate_error / row.snapshots, 2),
    }
