"""One measurement against a real broker, a real database and the emulator's bucket."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kafka import KafkaProducer

from bikeshare.topics import DROPS, STATIONS, TRIPS, TRIPS_BACKFILL
from lambdas.measure_lag.handler import measure
from lambdas.measure_lag.settings import MeasureSettings
from local_stack.deployment import BUCKET
from local_stack.emulated_aws import ENVIRONMENT, EmulatedAws
from local_stack.services.broker import Broker
from tests.support.bucket import SilentAws

pytestmark = pytest.mark.integration


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker with the product's topics and three records of trips."""
    with Broker(home=tmp_path / "broker") as started:
        with closing(KafkaProducer(bootstrap_servers=started.bootstrap)) as producer:
            for partition in (0, 1, 1):
                producer.send(TRIPS, b"a record", partition=partition).get(timeout=30)
            producer.send(TRIPS_BACKFILL, b"a record", partition=0).get(timeout=30)
        yield started


def test_it_counts_what_kafka_has_and_the_checkpoint_has_not(
    broker: Broker, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of three live records are applied; no backfill is, and no checkpoint exists for it."""
    with SilentAws(home=tmp_path / "aws") as aws:
        s3 = EmulatedAws(aws.endpoint).s3()
        offsets = {TRIPS: {"0": 1, "1": 1}, STATIONS: {"0": 0}, DROPS: {"0": 0}}
        written = ["v1", json.dumps({"batchTimestampMs": 0}), json.dumps(offsets)]
        for folder, body in (("offsets", "\n".join(written)), ("commits", "v1\n{}")):
            key = f"checkpoints/live/{folder}/12"
            s3.put_object(Bucket=BUCKET, Key=key, Body=body.encode())
        s3.put_object(Bucket=BUCKET, Key="checkpoints/backfill/metadata", Body=b"{}")
        for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": aws.endpoint}.items():
            monkeypatch.setenv(name, value)
        settings = MeasureSettings.from_env(
            {
                "KAFKA_BOOTSTRAP": broker.bootstrap,
                "KAFKA_SECURITY": "PLAINTEXT",
                "DATABASE_URL": database,
                "CHECKPOINTS": f"s3://{BUCKET}/checkpoints",
            }
        )
        later = datetime.now(UTC) + timedelta(hours=1)
        (live, backfill), unreadable = measure(settings, later)

    assert (live.records_behind, backfill.records_behind, unreadable) == (1, 1, 0)
    assert live.batch_s is not None
    assert backfill.batch_s is None
    assert (live.stalled_s, backfill.stalled_s) == (pytest.approx(3600, abs=60),) * 2
