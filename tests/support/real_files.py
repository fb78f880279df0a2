"""Real files through the publishers' own code into a database; no brokers, no Spark."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bikeshare.drops import Drop
from lambdas.attempt import Surroundings, published_drop
from lambdas.publish_stations.publisher import publish_station_file
from lambdas.publish_trips.publisher import publish_trip_file
from tests.support.fakes import FakeSender, FakeStore
from tests.support.staging import Record, apply_batches

RECEIVED_AT = datetime(2026, 1, 1, tzinfo=UTC)


def apply_files(dsn: str, paths: Sequence[Path], *, zone: str = "America/New_York") -> None:
    """Apply each file as one batch, to a database that is emptied first."""
    apply_batches(dsn, [records_of(path, ZoneInfo(zone)) for path in paths])


def records_of(path: Path, zone: ZoneInfo) -> list[Record]:
    """Return every record that the publishers would send for a file."""
    is_feed = ".json" in path.suffixes
    drop = Drop(
        key=f"{'stations' if is_feed else 'live'}/{path.name}",
        version_id="v1",
        etag="e",
        size_bytes=0,
        received_at=RECEIVED_AT,
    )
    sender = FakeSender()
    store = FakeStore(objects={drop.key: path.read_bytes()}, received_at=RECEIVED_AT)
    around = Surroundings(sender=sender, store=store, zone=zone, now=lambda: RECEIVED_AT)
    publish = publish_station_file if is_feed else publish_trip_file
    summary = published_drop(drop, "a1", around, publish)
    assert summary.rows_published, summary.reason
    return sender.sent
