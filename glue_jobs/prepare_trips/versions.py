"""Of all versions of a trip, keep those that the state needs (T1, T9) and count the rest."""

from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from bikeshare.trips import Trip
from glue_jobs.prepare_trips.reading import FIELD_END, ROW_END, TRIPS

# By T1 the greatest wins, an empty value being the least; the rest only makes the order total.
VERSION_ORDER = (
    *("ended_at", "end_station_id", "started_at", "start_station_id", "bike_id"),
    *("start_station_name", "start_lat", "start_lon", "end_station_name", "end_lat", "end_lon"),
)
# What a beaten version may still say about its stations.
SAID = tuple(column for column in VERSION_ORDER if column not in ("started_at", "ended_at"))


def trips_of(records: DataFrame) -> DataFrame:
    """Split the trips that tasks have read into columns."""
    rows = records.where(F.col("kind") == TRIPS).select(
        F.explode(F.split("text", ROW_END)).alias("row")
    )
    fields = rows.select(F.split("row", FIELD_END).alias("field"))
    return fields.select(
        *(F.col("field")[place].alias(name) for place, name in enumerate(Trip._fields))
    )


def needed_versions(trips: DataFrame) -> DataFrame:
    """
    Keep each trip's winning version, and those others that say more about a station.

    The rules take the names, places and very existence of stations from every row, so a beaten
    version is a duplicate only if the winner says all that it says. `duplicates` counts the rows
    left out that a kept one stands for.
    """
    of_trip = Window.partitionBy("trip_key")
    newest_first = of_trip.orderBy(*(F.desc(column) for column in VERSION_ORDER))
    until_now = newest_first.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    whole_trip = of_trip.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    version = F.struct(*VERSION_ORDER)
    is_winner = F.col("rank") == 1
    is_needed = is_winner | ~(_is_said_by("winner") | F.col("is_repeated"))
    return (
        trips.withColumn("rank", F.row_number().over(newest_first))
        .withColumn("winner", F.first(version).over(until_now))
        .withColumn("is_repeated", F.lag(version).over(newest_first).eqNullSafe(version))
        .withColumn("is_needed", is_needed)
        .withColumn("left_out", F.sum(F.when(~F.col("is_needed"), 1).otherwise(0)).over(whole_trip))
        .where("is_needed")
        .select(
            *Trip._fields,
            is_winner.alias("is_winner"),
            F.when(is_winner, F.col("left_out")).otherwise(0).alias("duplicates"),
        )
    )


def _is_said_by(other: str) -> Column:
    starts_alike = F.col("started_at") == F.col(f"{other}.started_at")
    says_no_more = [
        (F.col(column) == "") | (F.col(column) == F.col(f"{other}.{column}")) for column in SAID
    ]
    return reduce(and_, says_no_more, starts_alike)
