"""The streaming job: Kafka in, Postgres kept up to date. `spark-submit` runs this file everywhere.

A query that fails is started again from its checkpoint, in this process, as long as Spark itself
lives: a database that restarts costs a second or two, not a new JVM.
"""

import logging
import sys
import time

from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from glue_jobs.availability.settings import Settings
from glue_jobs.availability.streams import QuerySource, sources, start

RESTART_PAUSE_S = 1.0

logger = logging.getLogger("availability")


def session() -> SparkSession:
    """Build the session with every setting the job relies on spelled out."""
    return (
        SparkSession.builder.appName("availability")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.scheduler.mode", "FAIR")
        .config("spark.sql.streaming.metricsEnabled", "false")
        .getOrCreate()
    )


def keep_running(spark: SparkSession, settings: Settings) -> None:
    """Keep every query running until the process is told to end."""
    running = {source: start(spark, source, settings) for source in sources(settings)}
    print("availability: streaming", flush=True)  # noqa: T201 - what the supervisor waits for
    while True:
        try:
            spark.streams.awaitAnyTermination()
        except StreamingQueryException:
            logger.exception("query failed")
        spark.streams.resetTerminated()
        time.sleep(RESTART_PAUSE_S)
        running = {
            source: alive(spark, source, query, settings) for source, query in running.items()
        }


def alive(
    spark: SparkSession, source: QuerySource, query: StreamingQuery, settings: Settings
) -> StreamingQuery:
    """Return the source's query, restarted if it has ended."""
    if query.isActive:
        return query
    return start(spark, source, settings)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("py4j").setLevel(logging.WARNING)
    keep_running(session(), Settings.from_arguments(sys.argv[1:]))
