"""What an outsider checks in GBFS feeds: the official schemas, and what no schema can express."""

import json
import urllib.request
from datetime import datetime
from typing import Any

from gbfs_validator.feed import GBFS

BEFORE_GBFS = 1_450_155_600
VERSIONS = ("2.3", "3.0")


def fetched(url: str) -> Any:
    """GET a JSON document."""
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server
        return json.loads(answer.read())


def findings(discovery_url: str) -> list[str]:
    """Validate a feed, starting at its discovery document; return every error of the validator."""
    report = GBFS(discovery_url, docked=True).validation()
    found = []
    for file in report["files"]:
        languages = file.get("languages") or [file]
        errors = [error for one in languages for error in one.get("errors") or []]
        found += [f"{file['file']}: {error}" for error in errors]
        if file["required"] and not file["exists"]:
            found.append(f"{file['file']}: is missing")
    if bool(report["summary"]["hasErrors"]) != bool(found):
        found.append(f"the summary says otherwise: {report['summary']}")
    return found


class Tree:
    """All feeds of one version, found through its discovery document."""

    def __init__(self, discovery_url: str) -> None:
        discovery = fetched(discovery_url)
        self.version = discovery["version"]
        data = discovery["data"]
        listed = data["feeds"] if self.version == "3.0" else data["en"]["feeds"]
        self.links = {feed["name"]: feed["url"] for feed in listed}
        self.feeds = {name: fetched(url) for name, url in self.links.items()}

    @property
    def information(self) -> dict[str, dict[str, Any]]:
        """Return station_information by station id."""
        return {one["station_id"]: one for one in self._stations("station_information")}

    @property
    def status(self) -> dict[str, dict[str, Any]]:
        """Return station_status by station id."""
        return {one["station_id"]: one for one in self._stations("station_status")}

    def moment(self, written: int | str) -> float:
        """Parse a time as this version writes it."""
        if isinstance(written, str):
            return datetime.fromisoformat(written).timestamp()
        return written

    def bikes(self, status: dict[str, Any]) -> int:
        """Read a count by the name it has in this version."""
        name = "num_vehicles_available" if self.version == "3.0" else "num_bikes_available"
        count: int = status[name]
        return count

    def _stations(self, name: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.feeds[name]["data"]["stations"]
        assert len({one["station_id"] for one in listed}) == len(listed)
        return listed


def contradictions(tree: Tree) -> list[str]:
    """List what a client that joins the feeds would trip over."""
    wrong = []
    updated = tree.moment(tree.feeds["station_status"]["last_updated"])
    types = {one["vehicle_type_id"] for one in tree.feeds["vehicle_types"]["data"]["vehicle_types"]}
    for station_id, status in tree.status.items():
        information = tree.information.get(station_id)
        if information is None:
            wrong.append(f"{station_id}: has a status and no information")
            continue
        available = status["vehicle_types_available"]
        if sum(one["count"] for one in available) != tree.bikes(status):
            wrong.append(f"{station_id}: its bikes do not add up by their types")
        if not {one["vehicle_type_id"] for one in available} <= types:
            wrong.append(f"{station_id}: has bikes of a type that is not told")
        used = tree.bikes(status) + status.get("num_docks_available", 0)
        if used > information.get("capacity", used):
            wrong.append(f"{station_id}: {used} bikes and docks at {information['capacity']}")
        if ("capacity" in information) != ("num_docks_available" in status):
            wrong.append(f"{station_id}: docks are told without a capacity, or not with one")
        if tree.moment(status["last_reported"]) > updated:
            wrong.append(f"{station_id}: reported after all was updated")
    return wrong
