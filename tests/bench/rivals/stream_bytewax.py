"""
`python -m tests.bench.rivals.stream_bytewax BOOTSTRAP TOPIC RECORDS DSN BATCH`.

Bytewax: `collect` gathers what its Kafka source reads from each partition in turn, and its sink
applies that. It keeps no recovery store, which spares it work that the product does.
"""

import sys
from datetime import timedelta

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.testing import run_main

from tests.bench.child import report
from tests.bench.rivals.staging import Database, Record

# What the source reads from a partition at once: a small part of a batch, so that one has records
# of all partitions.
PARTS = 8
LONGEST_PAUSE = timedelta(seconds=10)
Batch = tuple[str, list[KafkaSourceMessage]]


class PostgresPartition(StatelessSinkPartition[Batch]):
    """One worker's connection."""

    def __init__(self, dsn: str) -> None:
        self._database = Database(dsn)

    def write_batch(self, items: list[Batch]) -> None:
        """Apply each collected batch."""
        for _, messages in items:
            self._database.apply(map(record_of, messages))


class PostgresSink(DynamicSink[Batch]):
    """Gives each worker its own connection."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def build(self, step_id: str, worker_index: int, worker_count: int) -> PostgresPartition:
        """Connect."""
        del step_id, worker_index, worker_count
        return PostgresPartition(self._dsn)


def record_of(message: KafkaSourceMessage) -> Record:
    """Return what is staged of a message."""
    _, published_at = message.timestamp
    return Record(message.topic, message.partition, message.offset, message.value, published_at)


def main(bootstrap: str, topic: str, dsn: str, batch: int) -> None:
    """Read to the end of the topic."""
    flow = Dataflow("rival")
    source = KafkaSource([bootstrap], [topic], tail=False, batch_size=max(1, batch // PARTS))
    together = op.key_on("together", op.input("kafka", flow, source), lambda _: "all")
    batches = op.collect("batches", together, LONGEST_PAUSE, batch)
    op.output("postgres", batches, PostgresSink(dsn))
    run_main(flow)
    report()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[4], int(sys.argv[5]))
