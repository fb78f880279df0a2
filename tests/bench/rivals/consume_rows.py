"""`python -m tests.bench.rivals.consume_rows BOOTSTRAP DSN`: a consumer that commits per record."""

import sys

from confluent_kafka import Consumer

from tests.bench.rivals.staging import Database


def main(bootstrap: str, dsn: str) -> None:
    """Apply each record of the live lane as it comes, until killed."""
    database = Database(dsn, lane="live")
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "rival",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": 25,
        }
    )
    consumer.subscribe(["trips", "drops"])
    while True:
        for message in consumer.consume(1, timeout=0.05):
            at = (message.topic(), message.partition(), message.offset())
            database.apply_one(*at, message.value())
            consumer.commit(asynchronous=False)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
