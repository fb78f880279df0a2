"""Refused rows, as one file of the kind that publishing leaves in `rejected/`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, groupby

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from bikeshare.errors import MalformedRowError
from bikeshare.rejected_rows import RejectedRows
from glue_jobs.prepare_trips.plan import Part
from glue_jobs.prepare_trips.reading import REFUSED
from glue_jobs.prepare_trips.storage import put


def refused_rows(records: DataFrame) -> DataFrame:
    """Return the refused rows in the order of the files, for one task to write."""
    rows = records.where(F.col("kind") == REFUSED)
    named = rows.select("part", "line", "reason", "detail", "text")
    return named.repartition(1).sortWithinPartitions("part", "line")


def lines_before(parts: Sequence[Part], lines: Mapping[int, int]) -> dict[int, int]:
    """Count the lines before each part in its file, by the part's number."""
    before: dict[int, int] = {}
    for _, of_file in groupby(parts, key=lambda part: (part.file.url, part.member)):
        numbers = [part.number for part in of_file]
        before |= dict(
            zip(numbers, accumulate((lines[n] for n in numbers), initial=0), strict=False)
        )
    return before


def write_refused(
    rows: Iterable[Row], *, url: str, before: Mapping[int, int], names: Mapping[int, str]
) -> Iterator[int]:
    """Write the rows as they were, each with its file, line and reason; yield how many."""
    with RejectedRows(with_member=True) as rejected:
        for row in rows:
            error = MalformedRowError(row["reason"], row["detail"])
            line = row["line"] + before[row["part"]]
            rejected.add(line, row["text"], error, names[row["part"]])
        if rejected.by_reason:
            put(url, rejected.content())
        yield rejected.by_reason.total()
