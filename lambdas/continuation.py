"""How far an attempt has got when a function hands the rest of a large drop to the next one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bikeshare.marked_stream import Mark
from bikeshare.trip_part import Start
from bikeshare.utc import from_utc_text, from_utc_text_or_none, utc_text
from lambdas.notifications import Landed, notification

ENCODING: Final = "continuation/1"

# Even read row by row, so many lines take only a quarter of a function's ten minutes.
PART_LINES: Final = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Account:
    """The totals of an attempt's parts so far."""

    parts: int = 0
    chunks: int = 0
    rows_published: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    first_event_at: datetime | None = None
    last_event_at: datetime | None = None
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class Continuation:
    """
    The rest of an attempt: the file in the drop and the place it begins at, and the account so far.

    `part_lines` stays what it was in the first part, so that a part is the same on each try.
    """

    attempt_id: str
    part_lines: int
    member: int
    start: Start
    account: Account


def message_of(landed: Landed, rest: Continuation) -> str:
    """
    Write the message to the next function.

    It is the drop's notification with a field added. Code that does not know the field publishes
    the drop from its beginning, which changes nothing but the count of duplicates.
    """
    account, start = rest.account, rest.start
    told = json.loads(notification(landed))
    told["continued"] = {
        "encoding": ENCODING,
        "attempt_id": rest.attempt_id,
        "part_lines": rest.part_lines,
        "member": rest.member,
        "line": start.line,
        "mark": {"line": start.mark.line, "offset": start.mark.offset},
        "lone_returns": start.lone_returns,
        "parts": account.parts,
        "chunks": account.chunks,
        "rows_published": account.rows_published,
        "rejected": dict(account.rejected),
        "first_event_at": account.first_event_at and utc_text(account.first_event_at),
        "last_event_at": account.last_event_at and utc_text(account.last_event_at),
        "started_at": utc_text(account.started_at),
    }
    return json.dumps(told)


def continuation_of(body: str) -> Continuation | None:
    """Read what message_of added; None if a message announces a drop from its beginning."""
    told: Mapping[str, Any] = json.loads(body).get("continued", {})
    if told.get("encoding") != ENCODING:
        return None
    mark = Mark(line=told["mark"]["line"], offset=told["mark"]["offset"])
    return Continuation(
        attempt_id=told["attempt_id"],
        part_lines=told["part_lines"],
        member=told["member"],
        start=Start(line=told["line"], mark=mark, lone_returns=told["lone_returns"]),
        account=Account(
            parts=told["parts"],
            chunks=told["chunks"],
            rows_published=told["rows_published"],
            rejected=told["rejected"],
            first_event_at=from_utc_text_or_none(told["first_event_at"]),
            last_event_at=from_utc_text_or_none(told["last_event_at"]),
            started_at=from_utc_text(told["started_at"]),
        ),
    )
