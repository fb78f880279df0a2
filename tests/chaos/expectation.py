"""What a stack must hold after everything dropped into it, by the rules and the files alone."""

import csv
import sys
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.support.truth import FileTruth, StationTruth, newest_versions, stations_of
from tests.support.truth_snapshots import StationEntry, read_snapshot
from tests.support.truth_trips import RefusedError, TripRow, read_trip_file

ZONE = ZoneInfo("America/New_York")

LedgerRow = tuple[str, str | None, datetime, datetime | None, str | None, str | None]


class Expectation:
    """The recomputation of `tests.support.truth`, which reads each file once."""

    def __init__(self) -> None:
        self.files: dict[str, FileTruth] = {}
        self._rows: list[TripRow] = []
        self._entries: list[StationEntry] = []

    def add(self, key: str, path: Path) -> None:
        """Read a file that is now dropped under a key."""
        limit = csv.field_size_limit(sys.maxsize)  # a line of 10 MB is one field
        try:
            self._read(key, path)
        finally:
            csv.field_size_limit(limit)

    def _read(self, key: str, path: Path) -> None:
        received_at = datetime.now(tz=UTC)
        rejected: Mapping[str, int]
        try:
            if ".json" in path.name:
                snapshot = read_snapshot(path, zone=ZONE)
                self._entries += snapshot.entries
                read, rejected = snapshot.rows_read, snapshot.rejected
            else:
                trips = read_trip_file(path, received_at=received_at, zone=ZONE)
                self._rows += trips.rows
                read, rejected = trips.rows_read, trips.rejected
        except RefusedError as error:
            self.files[key] = FileTruth(path=path, rejected={}, refused=str(error))
            return
        published = read - sum(rejected.values())
        self.files[key] = FileTruth(
            path=path, rows_read=read, rows_published=published, rejected=dict(rejected)
        )

    def state(self, key: str, file: FileTruth) -> None:
        """Set the expected outcome of a file that is too large to read here and holds no trip."""
        self.files[key] = file

    def stations(self) -> Mapping[str, StationTruth]:
        """Return every station that must be served."""
        return stations_of(self._rows, self._entries)

    def ledger(self) -> set[LedgerRow]:
        """Return every trip that must be in the ledger, in its winning version."""
        return {
            (
                row.key,
                row.bike_id,
                row.started_at,
                row.ended_at,
                row.start.station_id,
                row.end.station_id,
            )
            for row in newest_versions(self._rows)
        }

    def most_changes(self) -> int:
        """Return the most changes the ledger can see: one for each version of a trip."""
        versions: dict[str, set[object]] = defaultdict(set)
        for row in self._rows:
            ends = (row.start.station_id, row.end.station_id)
            versions[row.key].add((row.started_at, row.ended_at, *ends))
        return sum(map(len, versions.values()))
