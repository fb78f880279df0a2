"""Turn Kafka records into rows for the staging tables; docs/messages.md describes the records.

Rows stay text on the way: Postgres reads their types once, in COPY, so no rule about them is
written twice and no Python runs per row. Trip rows are COPY text already and even stay bytes:
as text, Spark would decode and encode them again. `staging_rows` works alike on the DataFrame
of a batch and of a stream.
"""

from collections.abc import Mapping
from functools import cache

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from bikeshare.messages import DROPS_ENCODING, STATIONS_ENCODING, TRIPS_ENCODING
from bikeshare.topics import DROPS, STATIONS

CSV_OPTIONS = {"escape": '"', "quote": '"'}

HEADER_SCHEMA = (
    "encoding string, drop_id string, attempt_id string, lane string, chunk string, rows int, "
    "feed string, feed_at string"
)

STATION_COLUMNS = (
    "station_id",
    "aliases",
    "name",
    "lat",
    "lon",
    "capacity",
    "num_bikes_available",
    "num_ebikes_available",
    "num_bikes_disabled",
    "num_docks_available",
    "num_docks_disabled",
    "is_installed",
    "is_renting",
    "is_returning",
    "last_reported",
)

SUMMARY_COLUMNS = (
    "drop_id",
    "attempt_id",
    "key",
    "version_id",
    "lane",
    "size_bytes",
    "received_at",
    "outcome",
    "reason",
    "rows_read",
    "rows_published",
    "rows_rejected",
    "rejected",
    "rejected_key",
    "first_event_at",
    "last_event_at",
    "started_at",
    "finished_at",
)


def staging_rows(records: DataFrame) -> DataFrame:
    """
    Return each record's table and rows as COPY text, or the reason it cannot be read.

    Trip rows are left in the record's value, below its first line.
    """
    for name, column in steps().items():
        records = records.withColumn(name, column)
    return records.select(*staged())


@cache
def steps() -> Mapping[str, Column]:
    """
    Return columns for a record's text, its parsed header and the reason it cannot be read.

    Columns do not depend on data, so they are cached: building them anew takes a few hundred
    calls into the JVM, which would cost a small batch more than its rows do.
    """
    return {
        "text": F.col("value").cast("string"),
        "header": F.from_json(F.substring_index("text", "\n", 1), HEADER_SCHEMA),
        "reason": _reason(),
    }


def _reason() -> Column:
    """Return why a record cannot be read; null if it can."""
    encoding = F.col("header.encoding")
    is_summary = encoding == DROPS_ENCODING
    is_known = is_summary | encoding.isin(TRIPS_ENCODING, STATIONS_ENCODING)
    is_on_its_topic = F.substring_index(encoding, "/", 1) == F.substring_index("topic", "-", 1)
    # Counted by removing them and comparing lengths: splitting trip rows would cost far more.
    line_ends = F.octet_length("text") - F.octet_length(F.replace("text", F.lit("\n"), F.lit("")))
    is_whole = is_summary | ((line_ends > 0) & (line_ends == F.col("header.rows")))
    return (
        F.when(encoding.isNull(), "the first line is no header with an encoding")
        .when(~is_known, F.concat(F.lit("unknown encoding "), encoding))
        .when(~is_on_its_topic, F.concat(F.lit("does not belong on this topic: "), encoding))
        .when(
            ~F.coalesce(is_whole, F.lit(col=False)), "the rows are not as many as the header says"
        )
    )


@cache
def staged() -> tuple[Column, ...]:
    """Return columns with a readable record's own line and its rows, except trips, as COPY text."""
    table = (
        F.when(F.col("topic") == DROPS, "staged_summary")
        .when(F.col("topic") == STATIONS, "staged_station")
        .otherwise("staged_trip")
    )
    rows = F.when(F.col("topic") == DROPS, _summary_row()).when(
        F.col("topic") == STATIONS, _station_rows()
    )
    is_readable = F.col("reason").isNull()
    return (
        F.col("topic"),
        F.col("partition").alias("kafka_partition"),
        F.col("offset").alias("kafka_offset"),
        F.when(is_readable, table).alias("table"),
        F.when(is_readable, _record_row()).alias("record_row"),
        F.when(is_readable, rows).alias("rows"),
        F.coalesce("header.rows", F.lit(1)).alias("row_count"),
        F.col("reason"),
        F.col("value"),
    )


def _record_row() -> Column:
    has_rows = F.col("topic") != DROPS
    header = [
        F.when(has_rows, F.col(f"header.{name}")).alias(name)
        for name in ("drop_id", "attempt_id", "lane", "chunk", "rows")
    ]
    published_at = F.date_format("timestamp", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX").alias("published_at")
    return F.to_csv(F.struct("topic", "partition", "offset", published_at, *header), CSV_OPTIONS)


def _station_rows() -> Column:
    schema = ", ".join(f"{name} string" for name in STATION_COLUMNS)

    def row(line: Column) -> Column:
        station = F.from_json(line, schema)
        values = [station[name].alias(name) for name in STATION_COLUMNS]
        where = ("partition", "offset", "header.feed", "header.feed_at")
        return F.to_csv(F.struct(*where, *values), CSV_OPTIONS)

    lines = F.slice(F.split("text", "\n"), 2, 2**31 - 1)
    return F.array_join(F.transform(lines, row), "\n")


def _summary_row() -> Column:
    schema = ", ".join(f"{name} string" for name in SUMMARY_COLUMNS)
    summary = F.from_json("text", schema)
    return F.to_csv(F.struct(*(summary[name].alias(name) for name in SUMMARY_COLUMNS)), CSV_OPTIONS)
