"""The rejected rows in the bucket, by drop, with line and reason."""

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bikeshare.drops import REJECTED_PREFIX, Drop
from local_stack.accounts import dropped
from local_stack.deployment import BUCKET

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_s3.client import S3Client


@dataclass(frozen=True, kw_only=True)
class RejectedRow:
    """A row as it was, where it was, and what is wrong with it."""

    line: int
    reason: str
    detail: str
    row: str
    member: str | None


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """What the newest attempt at a drop set aside; `drop` is None if its object is gone."""

    drop_id: str
    object_key: str
    drop: Drop | None

    @property
    def name(self) -> str:
        """A name that means something to a person."""
        return self.drop.key if self.drop else "an object that is gone"


def all_set_aside(s3: "S3Client") -> list[SetAside]:
    """Find every drop with rows set aside; every attempt at a drop sets aside the same ones."""
    newest: dict[str, tuple[datetime, str]] = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=REJECTED_PREFIX):
        for found in page.get("Contents", ()):
            drop_id = found["Key"].removeprefix(REJECTED_PREFIX).partition("/")[0]
            written = (found["LastModified"], found["Key"])
            newest[drop_id] = max(written, newest.get(drop_id, written))
    drops = {drop.drop_id: drop for drop in dropped(s3) if drop.drop_id in newest}
    return [
        SetAside(drop_id=drop_id, object_key=key, drop=drops.get(drop_id))
        for drop_id, (_, key) in sorted(newest.items(), key=lambda item: item[1])
    ]


def rows_of(s3: "S3Client", aside: SetAside) -> Iterator[RejectedRow]:
    """Read the rows of one drop, in file order."""
    body = s3.get_object(Bucket=BUCKET, Key=aside.object_key)["Body"]
    # A row may be as long as a line; the limit is process-wide, and other code relies on it.
    limit = csv.field_size_limit(sys.maxsize)
    try:
        with io.TextIOWrapper(body, encoding="utf-8", newline="") as text:  # type: ignore[type-var]
            for row in csv.DictReader(text):
                yield RejectedRow(
                    line=int(row["line"]),
                    reason=row["reason"],
                    detail=row["detail"],
                    row=row["row"],
                    member=row.get("member"),
                )
    finally:
        csv.field_size_limit(limit)
