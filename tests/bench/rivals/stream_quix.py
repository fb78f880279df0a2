"""
`python -m tests.bench.rivals.stream_quix BOOTSTRAP TOPIC RECORDS DSN BATCH`.

Quix Streams: a checkpoint, and so a batch, every BATCH records. Its own BatchingSink would write
each partition of a checkpoint in a batch of its own; this sink writes them together.
"""

import sys

from quixstreams import Application
from quixstreams.sinks import BaseSink

from tests.bench.child import report
from tests.bench.rivals.staging import Database, Record, group_of


class PostgresSink(BaseSink):
    """Applies what a checkpoint holds, of all partitions together."""

    def __init__(self, dsn: str) -> None:
        super().__init__()
        self._database = Database(dsn)
        self._waiting: list[Record] = []

    def add(  # noqa: PLR0913, PLR0917 - as Quix calls it
        self,
        value: bytes,
        key: object,
        timestamp: int,
        headers: object,
        topic: str,
        partition: int,
        offset: int,
    ) -> None:
        """Keep a record until the checkpoint."""
        del key, headers
        self._waiting.append(Record(topic, partition, offset, value, timestamp))

    def flush(self) -> None:
        """Apply the records of a checkpoint."""
        if self._waiting:
            self._database.apply(self._waiting)
        self._waiting.clear()


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
