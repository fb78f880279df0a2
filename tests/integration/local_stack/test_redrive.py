"""What was given up gets another try, against real queues, a real database and a real broker."""

from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from kafka import KafkaConsumer

from local_stack.deployment import queue_url
from local_stack.emulated_aws import EmulatedAws
from local_stack.redrive import redrive_drops, redrive_records
from local_stack.services.broker import Broker
from tests.support.bucket import SilentAws

pytestmark = pytest.mark.integration


class TestRedriveDrops:
    def test_moves_every_dead_letter_back(self, tmp_path: Path) -> None:
        """After an outage of hours, all that failed meanwhile is tried again, and only that."""
        with SilentAws(home=tmp_path) as aws:
            clients = EmulatedAws(aws.endpoint)
            sqs = clients.sqs()
            for number in range(23):
                url = queue_url(sqs, "bikeshare-trips-dead")
                sqs.send_message(QueueUrl=url, MessageBody=f"drop {number}")
            url = queue_url(sqs, "bikeshare-stations-dead")
            sqs.send_message(QueueUrl=url, MessageBody="snapshot")

            moved = redrive_drops(clients)

            assert moved == {
                "bikeshare-trips": 23,
                "bikeshare-backfill": 0,
                "bikeshare-stations": 1,
            }
            assert len(aws.bodies("bikeshare-trips")) == 23
            assert aws.bodies("bikeshare-stations") == ["snapshot"]
            assert aws.bodies("bikeshare-trips-dead") == []
            assert sum(redrive_drops(clients).values()) == 0


class TestRedriveRecords:
    def test_sends_each_record_to_its_topic_once(self, tmp_path: Path, database: str) -> None:
        """After a fix of the code, what could not be read is read."""
        with closing(psycopg2.connect(database)) as connection, connection:
            connection.cursor().execute(
                "INSERT INTO unreadable_record VALUES"
                " ('trips', 0, 7, 'unknown encoding', 'trips/9 a'),"
                " ('stations', 0, 3, 'unknown encoding', 'stations/9 b'),"
                " ('trips', 1, 1, 'no value', NULL)"
            )
        with Broker(home=tmp_path) as broker:
            sent = redrive_records(broker.bootstrap, database)

            assert sent == {"trips": 1, "stations": 1}
            assert redrive_records(broker.bootstrap, database) == {}
            assert _values(broker.bootstrap) == [b"stations/9 b", b"trips/9 a"]


def _values(bootstrap: str) -> list[bytes]:
    consumer = KafkaConsumer(
        "trips",
        "stations",
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        group_id=None,
        consumer_timeout_ms=5000,
    )
    values = sorted(record.value for record in consumer)
    consumer.close()
    return values
