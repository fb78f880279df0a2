"""
`python -m tests.bench.rivals.stream_confluent BOOTSTRAP TOPIC RECORDS DSN BATCH`.

confluent-kafka and psycopg2: fetch a batch, apply it, commit its offsets.
"""

import sys

from confluent_kafka import Consumer, Message

from tests.bench.child import report
from tests.bench.rivals.staging import Database, Record, group_of

SETTINGS = {
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,
    # librdkafka keeps fetching in its own thread while a batch is applied.
    "queued.max.messages.kbytes": 262_144,
}


def record_of(message: Message) -> Record:
    """Return what is staged of a message."""
    _, published_at = message.timestamp()
    at = (message.topic(), message.partition(), message.offset())
    return Record(*at, message.value(), published_at)


def main(bootstrap: str, topic: str, records: int, dsn: str, batch: int) -> None:
    """Read every record of the topic."""
    database = Database(dsn)
    consumer = Consumer({**SETTINGS, "bootstrap.servers": bootstrap, "group.id": group_of(dsn)})
    consumer.subscribe([topic])
    done = 0
    while done < records:
        messages = consumer.consume(batch, timeout=1.0)
        if not messages:
            continue
        database.apply(map(record_of, messages))
        consumer.commit(asynchronous=False)
        done += len(messages)
    consumer.close()
    report()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
