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

# Four records, and a stream that still cannot read them.
SET_ASIDE_AGAIN = """
INSERT INTO unreadable_record (topic, kafka_partition, kafka_offset, reason, value)
SELECT 'trips', 0, each, 'unknown encoding', 'trips/9'
FROM generate_series(1, 4) AS each;

CREATE FUNCTION set_aside_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO unreadable_record (topic, kafka_partition, kafka_offset, reason, value)
    VALUES (old.topic, old.kafka_partition, old.kafka_offset + 100, old.reason, old.value);
    RETURN NULL;
END
$$;

-- So that a redrive that goes on and on is red, and not a test without an end.
CREATE TRIGGER again AFTER UPDATE OF redriven_at ON unreadable_record
FOR EACH ROW WHEN (old.kafka_offset < 1000) EXECUTE FUNCTION set_aside_again();
"""


class TestRedriveDrops:
    def test_moves_every_dead_letter_back(self, tmp_path: Path) -> None:
        """After an outage of hours, all that failed meanwhile is retried, and only that."""
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
        """After a fix of the code, what was unreadable is read."""
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

    def test_comes_to_an_end_though_records_stay_unreadable(
        self, tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Sent again, they are set aside again at once; those are for the next redrive."""
        monkeypatch.setattr("local_stack.redrive.RECORDS_AT_ONCE", 2)
        with closing(psycopg2.connect(database)) as connection, connection:
            connection.cursor().execute(SET_ASIDE_AGAIN)
        with Broker(home=tmp_path) as broker:
            assert redrive_records(broker.bootstrap, database) == {"trips": 4}


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
