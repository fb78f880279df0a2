"""Turn versions of trips into drops: cut by the time at which a row is news, sorted, and as CSV."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from glue_jobs.prepare_trips.versions import VERSION_ORDER

# The modern format, with the bike's id: every reader of trip files knows it, and it has a place
# for each of our columns. docs/formats.md shows it.
OUTPUT_COLUMNS = {
    "ride_id": "trip_key",
    "bike_id": "bike_id",
    "started_at": "started_at",
    "ended_at": "ended_at",
    "start_station_name": "start_station_name",
    "start_station_id": "start_station_id",
    "end_station_name": "end_station_name",
    "end_station_id": "end_station_id",
    "start_lat": "start_lat",
    "start_lng": "start_lon",
    "end_lat": "end_lat",
    "end_lng": "end_lon",
}
HEADER = ",".join(OUTPUT_COLUMNS)
UNKNOWN_AT_START = ("ended_at", "end_station_id", "end_station_name", "end_lat", "end_lon")


def news_of(versions: DataFrame, *, slice_s: int, open_rows: bool) -> DataFrame:
    """
    Add to each row when it is news: a whole ride when it ends, an open one when it starts.

    With `open_rows` a ride is written twice, unless it starts and ends in one slice.
    """
    whole = versions.withColumn(
        "news_at", F.when(F.col("ended_at") == "", F.col("started_at")).otherwise(F.col("ended_at"))
    ).withColumn("slice_at", _slice_of("news_at", slice_s))
    if not open_rows:
        return whole.withColumn("is_open", F.lit(col=False))
    begun = (
        whole.where(F.col("is_winner") & (F.col("ended_at") != ""))
        .withColumn("news_at", F.col("started_at"))
        .withColumn("starts_in", _slice_of("started_at", slice_s))
        .where(F.col("starts_in") < F.col("slice_at"))
        .withColumn("slice_at", F.col("starts_in"))
        .drop("starts_in")
        .withColumns({column: F.lit("") for column in UNKNOWN_AT_START})
        .withColumns({"duplicates": F.lit(0), "is_open": F.lit(col=True)})
    )
    return whole.withColumn("is_open", F.lit(col=False)).unionByName(begun)


def drops_of(news: DataFrame, *, rows_per_drop: int) -> DataFrame:
    """Return one row per drop: its slice, its number in the slice, its content and its counts."""
    in_time = Window.partitionBy("slice_at").orderBy("news_at", "trip_key", *VERSION_ORDER)
    numbered = news.withColumn("place", F.row_number().over(in_time)).withColumn(
        "number", F.floor((F.col("place") - 1) / F.lit(rows_per_drop)).cast("int")
    )
    lines = numbered.withColumn(
        "line", F.concat_ws(",", *(_quoted(name) for name in OUTPUT_COLUMNS.values()))
    )
    gathered = lines.groupBy("slice_at", "number").agg(
        F.sort_array(F.collect_list(F.struct("place", "line"))).alias("lines"),
        F.sum("duplicates").alias("duplicates"),
        F.sum(F.col("is_open").cast("int")).alias("open_rows"),
        F.sum((~F.col("is_winner")).cast("int")).alias("beaten_rows"),
    )
    name = F.date_format(F.timestamp_seconds("slice_at"), "yyyyMMdd'T'HHmmss'Z'")
    return gathered.select(
        name.alias("slice"),
        "number",
        F.array_join(F.col("lines.line"), "\n").alias("rows"),
        F.size("lines").alias("row_count"),
        "duplicates",
        "open_rows",
        "beaten_rows",
    )


def _slice_of(column: str, slice_s: int) -> Column:
    seconds = F.unix_timestamp(F.col(column).cast("timestamp"))
    return (F.floor(seconds / F.lit(slice_s)) * slice_s).cast("long")


def _quoted(column: str) -> Column:
    text = F.col(column)
    needs_quotes = text.contains(",") | text.contains('"')
    doubled = F.replace(text, F.lit('"'), F.lit('""'))
    return F.when(needs_quotes, F.concat(F.lit('"'), doubled, F.lit('"'))).otherwise(text)
