"""
`python -m tests.bench.rivals.stream_flink BOOTSTRAP TOPIC RECORDS DSN BATCH`.

PyFlink: its Kafka table in batches of Arrow to a vectorised function, which applies them. Flink
gives a batch again after a failure, so that the same SQL makes it exact; it takes no checkpoint.
"""

import sys
from pathlib import Path

import pandas as pd
from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.udf import FunctionContext, ScalarFunction, udf

from tests.bench.child import report
from tests.bench.rivals.staging import Database

JARS = Path(__file__).parents[3] / ".build" / "jars" / "flink"
SOURCE = """
    CREATE TABLE records (
        body BYTES,
        record_partition INT METADATA FROM 'partition' VIRTUAL,
        record_offset BIGINT METADATA FROM 'offset' VIRTUAL
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
APPLY = "INSERT INTO applied SELECT apply(record_partition, record_offset, body) FROM records"


class Apply(ScalarFunction):
    """Applies what Flink gives at once."""

    def __init__(self, topic: str, dsn: str) -> None:
        self._topic = topic
        self._dsn = dsn

    def open(self, function_context: FunctionContext) -> None:
        """Connect."""
        del function_context
        self._database = Database(self._dsn)

    def eval(self, partitions: pd.Series, offsets: pd.Series, bodies: pd.Series) -> pd.Series:
        """Apply a batch."""
        found = zip(partitions, offsets, bodies, strict=True)
        self._database.apply([(self._topic, at, offset, body) for at, offset, body in found])
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
