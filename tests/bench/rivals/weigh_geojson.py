"""`weigh_geojson FOLDER`: the stations of a real feed as the API writes them, compressed."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.picture import Picture
from chalicelib.queries import StationRow, SystemState

from tests.bench.child import report
from tests.support.served_stations import CLOCK, station_row

IN_THE_BAR = 2_500


def main(folder: Path) -> None:
    """Measure the city's size, and scale it to the number of stations that the bar is about."""
    statuses = {one["station_id"]: one for one in stations(folder / "station_status.json")}
    rows = [
        row_of(one, statuses[one["station_id"]])
        for one in stations(folder / "station_information.json")
        if one["station_id"] in statuses
    ]
    state = SystemState(version=1, event_clock=CLOCK)
    picture = Picture(state=state, stations=rows, gone={}, second_since=1)
    weight_kb = len(picture.as_geojson.gzipped) / 1000
    report(
        stations=len(rows),
        geojson_kb=weight_kb,
        geojson_kb_of_2500_such=weight_kb / len(rows) * IN_THE_BAR,
    )


def stations(file: Path) -> list[dict[str, Any]]:
    """Read a GBFS feed's stations."""
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["data"]["stations"]
    return found


def row_of(told: dict[str, Any], status: dict[str, Any]) -> StationRow:
    """Build the row that the database would return for a station."""
    names = {told.get("short_name"), told.get("external_id"), told.get("legacy_id")}
    return station_row(
        told["station_id"],
        name=told["name"],
        lat=told["lat"],
        lon=told["lon"],
        capacity=told.get("capacity"),
        num_bikes_available=status["num_bikes_available"],
        num_ebikes_available=status.get("num_ebikes_available"),
        num_docks_available=status["num_docks_available"],
        last_reported=datetime.fromtimestamp(status["last_reported"], UTC),
        estimated_bikes=status["num_bikes_available"],
        aliases=sorted(names - {None, told["station_id"]}),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
