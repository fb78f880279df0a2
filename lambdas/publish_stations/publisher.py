"""Publish the station snapshot of one drop."""

from typing import Final

from bikeshare.archives import members_of, whole_content
from bikeshare.messages import (
    MAX_BODY_BYTES,
    MAX_ROWS_PER_RECORD,
    DropSummary,
    StationChunk,
    encode_stations,
)
from bikeshare.rejected_rows import RejectedRows
from bikeshare.snapshots import Snapshot, read_station_file
from bikeshare.stations import Station
from lambdas.attempt import Attempt

JSON_SUFFIX: Final = ".json"

# The largest system, Paris or New York, is about 1 MB a feed; JSON is read whole.
MAX_FEED_BYTES: Final = 64 * 1024 * 1024


def publish_station_file(attempt: Attempt) -> DropSummary:
    """Publish every station of a drop, or raise UnreadableFileError before one is sent."""
    drop, around = attempt.drop, attempt.around
    members = members_of(lambda: around.store.open(drop), suffixes=(JSON_SUFFIX,))
    snapshots = []
    for member in members:
        with member.open() as stream:
            content = whole_content(stream, MAX_FEED_BYTES)
        read = read_station_file(content, received_at=drop.received_at, zone=around.zone)
        snapshots += [(member.name, snapshot) for snapshot in read]
    with RejectedRows(with_member=members[0].name is not None) as rejected:
        for name, snapshot in snapshots:
            for bad in snapshot.rejected:
                rejected.add(bad.number, bad.text, bad.error, name)
            _publish_snapshot(attempt, snapshot)
        return attempt.published(rejected)


def _publish_snapshot(attempt: Attempt, snapshot: Snapshot) -> None:
    stations = snapshot.stations
    for start in range(0, len(stations), MAX_ROWS_PER_RECORD):
        _send(attempt, snapshot, stations[start : start + MAX_ROWS_PER_RECORD])
    attempt.saw_events([snapshot.feed_at])


def _send(attempt: Attempt, snapshot: Snapshot, stations: tuple[Station, ...]) -> None:
    """Send stations as one record, or as more where their texts are unusually long."""
    value = encode_stations(
        StationChunk(
            drop_id=attempt.drop.drop_id,
            attempt_id=attempt.attempt_id,
            chunk=attempt.chunks,
            feed=snapshot.feed,
            feed_at=snapshot.feed_at,
            stations=stations,
        )
    )
    if len(value) > MAX_BODY_BYTES and len(stations) > 1:
        half = len(stations) // 2
        _send(attempt, snapshot, stations[:half])
        _send(attempt, snapshot, stations[half:])
        return
    attempt.send(value, rows=len(stations))
