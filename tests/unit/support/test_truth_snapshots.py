import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.truth_snapshots import Snapshot, read_snapshot
from tests.support.truth_trips import RefusedError

NEW_YORK = ZoneInfo("America/New_York")
AT = datetime(2019, 7, 5, 15, 54, 17, tzinfo=UTC)


def read(folder: Path, document: dict[str, Any]) -> Snapshot:
    """Read this document as a file."""
    path = folder / "feed.json"
    path.write_text(json.dumps(document))
    return read_snapshot(path, zone=NEW_YORK)


def gbfs(*stations: Any, last_updated: Any = 1562342057) -> dict[str, Any]:
    """Wrap stations as a feed does."""
    return {"last_updated": last_updated, "ttl": 10, "data": {"stations": stations}}


class TestReadSnapshot:
    """Every generation of the feed says the same four numbers in its own words."""

    @pytest.mark.parametrize(
        "status",
        [
            {"num_bikes_available": 4, "num_bikes_disabled": 2, "num_docks_disabled": 1},
            {"num_vehicles_available": 4, "num_vehicles_disabled": 2, "num_docks_disabled": 1},
        ],
    )
    def test_status_of_1_and_of_3(self, tmp_path: Path, status: dict[str, int]) -> None:
        """GBFS 3.0 renamed bikes to vehicles."""
        (entry,) = read(tmp_path, gbfs({"station_id": "168", **status})).entries

        assert (entry.is_status, entry.bikes, entry.disabled, entry.feed_at) == (True, 4, 3, AT)

    @pytest.mark.parametrize("name", ["Grove", [{"text": "Grove", "language": "en"}]])
    def test_information_of_1_and_of_3(self, tmp_path: Path, name: Any) -> None:
        """GBFS 3.0 has names in several languages and times as text."""
        station = {"station_id": 168, "name": name, "lat": 40.7, "lon": -74.0, "capacity": 47}
        document = gbfs(station, last_updated="2019-07-05T11:54:17-04:00")
        (entry,) = read(tmp_path, document).entries

        assert (entry.station_id, entry.name, entry.capacity) == ("168", "Grove", 47)
        assert (entry.is_status, entry.feed_at) == (False, AT)

    def test_the_feed_before_gbfs_is_both(self, tmp_path: Path) -> None:
        """Its time is local, on a twelve-hour clock."""
        bean = {"id": 72, "stationName": "W 52 St", "totalDocks": 39, "availableBikes": 9}
        document = {"executionTime": "2015-05-14 08:00:22 PM", "stationBeanList": [bean]}
        information, status = read(tmp_path, document).entries

        assert (information.station_id, information.name, information.capacity) == (
            "72", "W 52 St", 39,
        )  # fmt: skip
        assert (status.bikes, status.feed_at) == (9, datetime(2015, 5, 15, 0, 0, 22, tzinfo=UTC))

    @pytest.mark.parametrize(
        ("station", "reason"),
        [
            ({"num_bikes_available": 1}, "no_station_id"),
            ("A", "not_an_object"),
            ({"station_id": "A", "num_bikes_available": "many"}, "unreadable_number"),
            ({"station_id": "A", "num_bikes_available": 1.5}, "unreadable_number"),
        ],
    )
    def test_a_bad_station_does_not_cost_the_feed(
        self, tmp_path: Path, station: Any, reason: str
    ) -> None:
        """The stations around it are good."""
        good = {"station_id": "B", "num_bikes_available": 1}
        snapshot = read(tmp_path, gbfs(station, good))

        assert (snapshot.rows_read, snapshot.rejected) == (2, {reason: 1})
        assert [entry.station_id for entry in snapshot.entries] == ["B"]

    def test_a_cut_off_feed_is_refused(self, tmp_path: Path) -> None:
        """Half a feed would empty the other half of the city."""
        path = tmp_path / "feed.json.gz"
        path.write_bytes(gzip.compress(json.dumps(gbfs()).encode())[:-9])

        with pytest.raises(RefusedError):
            read_snapshot(path, zone=NEW_YORK)
