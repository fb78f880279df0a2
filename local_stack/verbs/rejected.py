"""`rejected`: the rows that were set aside, to be read, corrected and dropped again."""

import os
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_stack.client import emulated_aws, running_endpoints
from local_stack.errors import LocalStackError, UsageError
from local_stack.home import Home
from local_stack.mending import Written, write_for_mending
from local_stack.output import Output
from local_stack.set_aside import SetAside, all_set_aside, rows_of
from local_stack.system import SystemSettings

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


def rejected(
    home: Home, output: Output, *, drop: str | None, lines: int, as_file: Path | None
) -> int:
    """List the rows of one drop or of all; or write those of one drop to a file to correct."""
    if as_file and not drop:
        message = "--as-file is of one drop: say which"
        raise UsageError(message)
    formats = SystemSettings.from_env(os.environ).formats
    s3 = emulated_aws(running_endpoints(home)).s3()
    found = all_set_aside(s3)
    if drop:
        found = [aside for aside in found if drop in (aside.drop_id, aside.name)]
        if not found:
            message = f"no row of {drop!r} was set aside; `rejected` lists the drops that had some"
            raise LocalStackError(message)
    if as_file:
        written = write_for_mending(s3, found[-1], as_file, formats=formats)
        return _tell(list(written), output)
    listed = [_listed(s3, aside, lines) for aside in found]
    output.result(listed, "\n".join(map(_text, listed)) or "no row was set aside")
    return 0


def _tell(written: list[Written], output: Output) -> int:
    told = [{**asdict(one), "file": str(one.file)} for one in written]
    output.result(told, "\n".join(f"{one.rows} rows in {one.file}" for one in written))
    return 0


def _listed(s3: "S3Client", aside: SetAside, lines: int) -> dict[str, Any]:
    rows = rows_of(s3, aside)
    shown = [asdict(row) for row in islice(rows, lines)]
    return {
        "drop_id": aside.drop_id,
        "key": aside.drop.key if aside.drop else None,
        "rejected_key": aside.object_key,
        "rows_rejected": len(shown) + sum(1 for _ in rows),
        "rows": shown,
    }


def _text(listed: dict[str, Any]) -> str:
    rows: list[dict[str, Any]] = listed["rows"]
    lines = [f"{listed['drop_id']}  {listed['key'] or '(gone)'}: {listed['rows_rejected']} rows"]
    for row in rows:
        place = f"{row['member']}, line {row['line']}" if row["member"] else f"line {row['line']}"
        lines += [f"  {place}: {row['reason']}, {row['detail']}", f"    {row['row']}"]
    if more := listed["rows_rejected"] - len(rows):
        lines.append(f"  and {more} more; -n shows them, {listed['rejected_key']} holds them all")
    return "\n".join(lines)
