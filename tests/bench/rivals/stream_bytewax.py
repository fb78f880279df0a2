"""
`python -m tests.bench.rivals.stream_bytewax BOOTSTRAP TOPIC RECORDS DSN BATCH`.

Bytewax: its Kafka source gives batches, its sink applies them. It keeps no recovery store, which
spares it work that the product does.
"""

import sys

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.testing import run_main

from tests.bench.child import report
from tests.bench.rivals.staging import Database


class PostgresPartition(StatelessSinkPartition[KafkaSourceMessage]):
    """One worker's connection."""

    def __init__(self, dsn: str) -> None:
        self._database = Database(dsn)

    def write_batch(self, items: list[KafkaSourceMessage]) -> None:
        """Apply what the source gave at once."""
        self._database.apply([(m.topic, m.partition, m.offset, m.value) for m in items])


class PostgresSink(DynamicSink[KafkaSourceMessage]):
    """Gives each worker its connection."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def build(self, step_id: str, worker_index: int, worker_count: int) -> PostgresPartition:
        """Connect."""
        del step_id, worker_index, worker_count
        return PostgresPartition(self._dsn)


def main(bootstrap: str, topic: str, dsn: str, batch: int) -> None:
    """Read to the end of the topic."""
    flow = Dataflow("rival")
    source = KafkaSource([bootstrap], [topic], tail=False, batch_size=batch)
    op.output("postgres", op.input("kafka", flow, source), PostgresSink(dsn))
    run_main(flow)
    report()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[4], int(sys.argv[5]))
