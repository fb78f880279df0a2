"""The streaming job, started by spark-submit with exactly the arguments in the template."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from time import monotonic, sleep
from typing import Any

import psycopg2
import pytest
from kafka import KafkaProducer

from lambdas.migrate_database.migration import upgrade
from local_stack.services.broker import Broker
from local_stack.services.postgres import Postgres
from local_stack.services.stream import Stream
from tests.support.availability import at, trip, trips

pytestmark = pytest.mark.integration

PATIENCE_S = 180
# Signing in to RDS needs an account: here the address alone is enough.
SIGNING_IN = ("--database_iam_region", "--database_ca_file")


class StreamAsOnGlue(Stream):
    """The local job with Glue's own list of arguments, including those that are not ours."""

    def __init__(self, given: Mapping[str, str], **told: Any) -> None:
        super().__init__(**told)
        self._given = given

    def _arguments(self) -> tuple[str, ...]:
        here = {
            "--bootstrap_servers": self.bootstrap,
            "--kafka_security": "PLAINTEXT",
            "--database_url": self.dsn,
            "--checkpoint_root": (self.folder / "checkpoints").as_uri(),
        }
        assert here.keys() <= self._given.keys()
        named = {name: here.get(name, value) for name, value in self._given.items()}
        return tuple(part for pair in named.items() for part in pair if pair[0] not in SIGNING_IN)


@pytest.fixture(scope="module")
def given(dev: Any) -> dict[str, str]:
    """What Glue passes to the script: the template's arguments and the job's name."""
    arguments = dev.only("pipeline", "AWS::Glue::Job", named="Stream")["DefaultArguments"]
    texts = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in arguments.items()
    }
    return {"--JOB_NAME": "stream", **texts}


@pytest.fixture(scope="module")
def running(
    given: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StreamAsOnGlue]:
    """The job between its own broker and database."""
    home = tmp_path_factory.mktemp("job")
    with Broker(home=home) as broker, Postgres(home=home) as postgres:
        upgrade(postgres.dsn)
        with StreamAsOnGlue(
            given, home=home, bootstrap=broker.bootstrap, dsn=postgres.dsn
        ) as stream:
            yield stream


def applied(dsn: str) -> int:
    """Count the trips in the ledger."""
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM trip")
        (count,) = cursor.fetchone() or (0,)
        return int(count)


class TestStreamAsOnGlue:
    def test_it_runs_and_applies_rows(self, running: StreamAsOnGlue) -> None:
        """A misspelt argument ends the job at its start, on AWS every five minutes forever."""
        topic, value = trips(trip("A", "B", at(8), at(9), bike="7"))
        with closing(KafkaProducer(bootstrap_servers=running.bootstrap)) as producer:
            producer.send(topic, value).get(timeout=10)
        until = monotonic() + PATIENCE_S
        while not applied(running.dsn):
            assert monotonic() < until, running.log.read_text()[-2_000:]
            sleep(0.2)
        assert applied(running.dsn) == 1
