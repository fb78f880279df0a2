"""
`python -m tests.bench.rivals.stream_quix BOOTSTRAP TOPIC RECORDS DSN BATCH`.

Quix Streams with a batching sink: a checkpoint, and so a batch, every BATCH records.
"""

import sys

from quixstreams import Application
from quixstreams.sinks import BatchingSink, SinkBatch

from tests.bench.child import report
from tests.bench.rivals.staging import Database, group_of


class PostgresSink(BatchingSink):
    """Applies what a checkpoint holds of each partition."""

    def __init__(self, dsn: str) -> None:
        super().__init__()
        self._database = Database(dsn)

    def write(self, batch: SinkBatch) -> None:
        """Apply one partition's records of a checkpoint."""
        at = (batch.topic, batch.partition)
        self._database.apply([(*at, item.offset, item.value) for item in batch])


def main(bootstrap: str, topic: str, records: int, dsn: str, batch: int) -> None:
    """Run until every record was read."""
    app = Application(
        broker_address=bootstrap,
        consumer_group=group_of(dsn),
        auto_offset_reset="earliest",
        commit_interval=60.0,
        commit_every=batch,
        loglevel="WARNING",
    )
    source = app.topic(topic, value_deserializer="bytes", key_deserializer="bytes")
    app.dataframe(source).sink(PostgresSink(dsn))
    app.run(count=records)
    report()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
