"""Trip files with one JSON object per line, read as if they were CSV: the keys are the header."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bikeshare.errors import MalformedRowError
from bikeshare.reasons import Reason
from bikeshare.rows import Batch, Row
from bikeshare.texts import encodable


def keys_of(line: str) -> list[str]:
    """Return the keys of the object on a line; none if it is not an object."""
    return list(_object(line) or ())


def header_of_keys(keys: Sequence[str]) -> str:
    """Write the keys of an object as the header of a CSV file."""
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(map(encodable, keys))
    return written.getvalue()


def object_rows(batches: Iterable[Batch], keys: Sequence[str]) -> Iterator[Row]:
    """Yield each line as a row of its values under these keys; a missing one is empty."""
    for batch in batches:
        for number, line in enumerate(batch.lines, batch.first_line):
            if number in batch.problems:
                yield number, line, batch.problems[number]
            elif line and not line.isspace():
                yield number, line, _fields(line, keys)


def _fields(line: str, keys: Sequence[str]) -> list[str] | MalformedRowError:
    found = _object(line)
    if found is None:
        return MalformedRowError(Reason.NOT_AN_OBJECT, "the line is no JSON object")
    return [_text(found.get(key)) for key in keys]


def _object(line: str) -> dict[str, Any] | None:
    try:
        # Numbers stay as they are written.
        found = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(value: object) -> str:
    # MongoDB exports {"$date": "2017-04-01T00:00:00.000+0200"} and {"$oid": "58ec…"}.
    if isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    if value is None:
        return ""
    return encodable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
