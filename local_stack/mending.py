"""Rejected rows as a file like the one they came in, to be corrected and dropped again."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bikeshare.archives import contents_of, whole_content
from bikeshare.contents import Member
from bikeshare.drops import Drop, Lane
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.trip_format import TripFormat
from bikeshare.station_fields import json_number
from bikeshare.trip_file import open_trip_file
from bikeshare.trip_members import TRIP_SUFFIXES
from lambdas.drop_zone import DropZone
from lambdas.publish_stations.publisher import JSON_SUFFIX, MAX_FEED_BYTES
from local_stack.deployment import BUCKET
from local_stack.errors import LocalStackError, UsageError
from local_stack.set_aside import RejectedRow, SetAside, rows_of

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


@dataclass(frozen=True, kw_only=True)
class Written:
    """A file of rejected rows, to be corrected."""

    file: Path
    member: str | None
    rows: int


def write_for_mending(
    s3: "S3Client", aside: SetAside, out: Path, *, formats: Sequence[TripFormat] = KNOWN_FORMATS
) -> Iterator[Written]:
    """
    Write one file per file in the drop; a zip may hold several, each with its own header.

    `formats` are those that the drop was published with.
    """
    if aside.drop is None:
        message = f"the object that {aside.drop_id} was is gone, and its header line with it"
        raise LocalStackError(message)
    by_name = {member.name: member for member in _members(s3, aside.drop)}
    is_stations = aside.drop.lane is Lane.STATIONS
    write = _write_stations if is_stations else partial(_write_trips, formats=formats)
    of_members = groupby(rows_of(s3, aside), key=lambda row: row.member)
    for number, (name, rows) in enumerate(of_members, 1):
        file = out if number == 1 else out.with_stem(f"{out.stem}-{number}")
        if file.exists():
            message = f"{file} exists; name another file"
            raise UsageError(message)
        yield Written(file=file, member=name, rows=write(file, by_name[name], rows))


def _members(s3: "S3Client", drop: Drop) -> Sequence[Member]:
    zone = DropZone(s3, BUCKET)
    suffixes = (JSON_SUFFIX,) if drop.lane is Lane.STATIONS else TRIP_SUFFIXES
    return contents_of(lambda: zone.open(drop), suffixes=suffixes).members


def _write_trips(
    file: Path, member: Member, rows: Iterable[RejectedRow], *, formats: Sequence[TripFormat]
) -> int:
    with member.open() as stream:
        trip_file = open_trip_file(stream, formats)
    count = 0
    # In the encoding that the drop is read in, which is not always UTF-8.
    with file.open(
        "w", encoding=trip_file.layout.encoding, errors="backslashreplace", newline=""
    ) as out:
        if trip_file.header:
            out.write(f"{trip_file.header}\n")
        for row in rows:
            out.write(f"{row.row}\n")
            count += 1
    return count


def _write_stations(file: Path, member: Member, rows: Iterable[RejectedRow]) -> int:
    with member.open() as stream:
        document: dict[str, Any] = json.loads(
            whole_content(stream, MAX_FEED_BYTES), parse_float=Decimal
        )
    # A pre-GBFS list is two feeds in one, so the same station may be rejected twice.
    stations = list({row.line: json.loads(row.row) for row in rows}.values())
    if "stationBeanList" in document:
        document["stationBeanList"] = stations
    else:
        document["data"] = {"stations": stations}
    file.write_text(json.dumps(document, indent=2, default=json_number) + "\n", encoding="utf-8")
    return len(stations)
