"""The two streaming queries: live rows, snapshots and summaries in one; backfill in another."""

from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from bikeshare.topics import TOPICS_OF_QUERY
from glue_jobs.availability.settings import Settings
from glue_jobs.availability.sink import BatchWriter

# A batch begins after the last fetch, which waits this long for records that are not there yet:
# Kafka's default of 500 ms would add half a second to every batch.
FETCH_WAIT_MS = 25
# A batch of a backlog is tens of MiB; at Kafka's default, each MiB would be a separate fetch.
FETCH_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class QuerySource:
    """What one query reads, and how much at a time."""

    name: str
    topics: tuple[str, ...]
    max_records: int


def sources(settings: Settings) -> tuple[QuerySource, ...]:
    """
    Describe what each query reads.

    A live bite waits for at most one backfill bite: the one being applied.
    """
    max_records = {
        "live": settings.max_records_per_trigger,
        "backfill": settings.backfill_max_records_per_trigger,
    }
    return tuple(
        QuerySource(name=name, topics=topics, max_records=max_records[name])
        for name, topics in TOPICS_OF_QUERY.items()
    )


def start(spark: SparkSession, source: QuerySource, settings: Settings) -> StreamingQuery:
    """Start a source's query where its checkpoint left off, in a scheduler pool of its own."""
    name = source.name
    writer = BatchWriter(lane=name, database=settings.database, bite_rows=settings.bite_rows)
    spark.sparkContext.setLocalProperty("spark.scheduler.pool", name)
    return (
        read(spark, source, settings)
        .writeStream.queryName(name)
        .trigger(processingTime=f"{settings.trigger_seconds} seconds")
        .option("checkpointLocation", f"{settings.checkpoint_root.rstrip('/')}/{name}")
        .foreachBatch(writer)
        .start()
    )


def read(spark: SparkSession, source: QuerySource, settings: Settings) -> DataFrame:
    """
    Read the source's topics.

    Records that Kafka no longer holds do not stop the query: their attempts stay unfinished in the
    database, and the sweep publishes those drops again.
    """
    reader = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", settings.bootstrap_servers)
        .option("subscribe", ",".join(source.topics))
        .option("startingOffsets", settings.starting_offsets)
        .option("maxOffsetsPerTrigger", source.max_records)
        .option("failOnDataLoss", "false")
        .option("kafka.fetch.max.wait.ms", FETCH_WAIT_MS)
        .option("kafka.max.partition.fetch.bytes", FETCH_BYTES)
    )
    for name, value in security_options(settings.kafka_security).items():
        reader = reader.option(f"kafka.{name}", value)
    return reader.load()


def security_options(kafka_security: str) -> dict[str, str]:
    """Return Kafka client options; MSK's IAM sign-in needs aws-msk-iam-auth on the class path."""
    if kafka_security == "PLAINTEXT":
        return {"security.protocol": "PLAINTEXT"}
    return {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "AWS_MSK_IAM",
        "sasl.jaas.config": "software.amazon.msk.auth.iam.IAMLoginModule required;",
        "sasl.client.callback.handler.class": (
            "software.amazon.msk.auth.iam.IAMClientCallbackHandler"
        ),
    }
