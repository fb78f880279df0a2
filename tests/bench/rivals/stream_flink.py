"""
`python -m tests.bench.rivals.stream_flink BOOTSTRAP TOPIC RECORDS DSN BATCH`.

PyFlink: its Kafka table in Arrow batches to a vectorised function, which applies them. Flink
repeats a batch after a failure, so the same SQL makes it exact; it takes no checkpoint.
"""

import sys
from pathlib import Path

import pandas as pd
from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.udf import FunctionContext, ScalarFunction, udf

from tests.bench.child import report
from tests.bench.rivals.staging import Database, Record

JARS = Path(__file__).parents[3] / ".build" / "jars" / "flink"
SOURCE = """
    CREATE TABLE records (
        body BYTES,
        record_partition INT METADATA FROM 'partition' VIRTUAL,
        record_offset BIGINT METADATA FROM 'offset' VIRTUAL,
        published_at TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL
    ) WITH (
        'connector' = 'kafka',
        'topic' = '{topic}',
        'properties.bootstrap.servers' = '{bootstrap}',
        'scan.startup.mode' = 'earliest-offset',
        'scan.bounded.mode' = 'latest-offset',
        'format' = 'raw'
    )
"""
SINK = "CREATE TABLE applied (record_offset BIGINT) WITH ('connector' = 'blackhole')"
APPLY = """
    INSERT INTO applied
    SELECT apply(record_partition, record_offset, body, published_at) FROM records
"""


class Apply(ScalarFunction):
    """Applies each batch that Flink passes."""

    def __init__(self, topic: str, dsn: str) -> None:
        self._topic = topic
        self._dsn = dsn

    def open(self, function_context: FunctionContext) -> None:
        """Connect."""
        del function_context
        self._database = Database(self._dsn)

    def eval(
        self, partitions: pd.Series, offsets: pd.Series, bodies: pd.Series, times: pd.Series
    ) -> pd.Series:
        """Apply a batch."""
        found = zip(partitions, offsets, bodies, times, strict=True)
        self._database.apply(Record(self._topic, *columns) for columns in found)
        return offsets


def main(bootstrap: str, topic: str, dsn: str, batch: int) -> None:
    """Read to the end of the topic."""
    settings = {
        "pipeline.jars": ";".join(jar.absolute().as_uri() for jar in JARS.glob("*.jar")),
        "parallelism.default": "1",
        "python.executable": sys.executable,
        "python.fn-execution.arrow.batch.size": str(batch),
        "python.fn-execution.bundle.size": str(batch),
    }
    table = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    for name, value in settings.items():
        table.get_config().set(name, value)
    apply = udf(Apply(topic, dsn), result_type=DataTypes.BIGINT(), func_type="pandas")
    table.create_temporary_function("apply", apply)
    table.execute_sql(SOURCE.format(topic=topic, bootstrap=bootstrap))
    table.execute_sql(SINK)
    table.execute_sql(APPLY).wait()
    report()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[4], int(sys.argv[5]))
