"""A drop as the API returns it: what happened to one file, with every row accounted for."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bikeshare.utc import utc_text
from chalicelib.queries import DropRow
from chalicelib.stations import utc_text_or_none


def drop_object(row: DropRow) -> dict[str, Any]:
    """Return a drop as an object; docs/api.md says what each field means."""
    return {
        **row._asdict(),
        "attempts": [attempt_object(attempt) for attempt in row.attempts],
        "first_event_at": utc_text_or_none(row.first_event_at),
        "last_event_at": utc_text_or_none(row.last_event_at),
        "received_at": utc_text_or_none(row.received_at),
        "completed_at": utc_text_or_none(row.completed_at),
    }


def attempt_object(written: dict[str, Any]) -> dict[str, Any]:
    """Return an attempt with its times, which Postgres formatted, in the API's form."""
    times = {
        name: None if value is None else utc_text(datetime.fromisoformat(value))
        for name, value in written.items()
        if name.endswith("_at")
    }
    return {**written, **times}


def drop_list(
    as_of: datetime | None, rows: Iterable[DropRow], *, next_after: str | None
) -> dict[str, Any]:
    """Return a list of drops with its as_of, and where to continue if there are more."""
    listed = {"as_of": utc_text_or_none(as_of), "drops": [drop_object(row) for row in rows]}
    return listed if next_after is None else listed | {"next_after": next_after}
