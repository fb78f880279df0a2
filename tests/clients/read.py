"""
Read the service with third-party clients and print what they understood as JSON.

Runs as `.build/clients/bin/python tests/clients/read.py READER API_URL`, in a virtual environment
that has those clients and none of our code.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

JARS = Path(__file__).parents[2] / ".build" / "jars" / "validator"

Understood = dict[str, Any]


def pybikes_2(api: str) -> Understood:
    """Read with CityBikes' own client, from the address that its list of systems would have."""
    return pybikes_at(f"{api}/gbfs/gbfs.json")


def pybikes_3(api: str) -> Understood:
    """Read GBFS 3.0 with the same client."""
    return pybikes_at(f"{api}/gbfs/3.0/gbfs.json")


def pybikes_at(feed_url: str) -> Understood:
    """Read a system as CityBikes does every few minutes."""
    from pybikes.gbfs import Gbfs

    system = Gbfs("here", {"name": "Here", "city": "Here", "country": "US"}, feed_url)
    system.update()
    return {
        station.extra["uid"]: {
            "name": station.name,
            "bikes": station.bikes,
            "free": station.free,
            "ebikes": station.extra.get("ebikes"),
            "slots": station.extra.get("slots"),
            "renting": station.extra["renting"],
            "place": [station.latitude, station.longitude],
        }
        for station in system.stations
    }


def gbfs_client(api: str) -> Understood:
    """Read with a client that finds the feeds by discovery and takes times to be POSIX seconds."""
    from gbfs.client import GBFSClient

    client = GBFSClient(f"{api}/gbfs/gbfs.json", "en")
    status = client.request_feed("station_status")
    stations = status["data"]["stations"]
    return {
        "feeds": sorted(client.feed_names),
        "updated": status["last_updated"].isoformat(),
        "bikes": {one["station_id"]: one["num_bikes_available"] for one in stations},
    }


def geopandas(api: str) -> Understood:
    """Read the stations with a data scientist's one-liner, and ask a purely geometric question."""
    import geopandas as gpd

    frame = gpd.read_file(f"{api}/api/v1/stations.geojson")
    metric = frame.to_crs(frame.estimate_utm_crs())
    return {
        "crs": frame.crs.to_string(),
        "stations": sorted(frame["station_id"]),
        "bikes": int(frame["num_bikes_available"].sum()),
        "span_m": round(float(metric.distance(metric.geometry.iloc[0]).max())),
    }


def pandas(api: str) -> Understood:
    """Read the history as a table with a time index, and sum it by the hour."""
    import pandas as pd

    answer = pd.read_json(f"{api}/api/v1/stations/3186/history?step=15m", convert_dates=["at"])
    frame = pd.json_normalize(answer["points"].tolist())
    frame["at"] = pd.to_datetime(frame["at"], format="ISO8601")
    hours = frame.set_index("at").resample("1h")["departures"].sum()
    return {
        "zone": str(hours.index.tz),
        "departures": {str(at): int(count) for at, count in hours.items() if count},
        "last_bikes": int(frame["bikes"].iloc[-1]),
    }


def java_validator(api: str) -> Understood:
    """Validate with Entur's GBFS validator and the official schemas; return errors by version."""
    import jpype

    jpype.startJVM(classpath=[f"{JARS}/*"])
    java_io = jpype.JPackage("java").io
    factory = jpype.JClass("org.entur.gbfs.validation.GbfsValidatorFactory")
    complaints: Understood = {}
    for version in ("2.3", "3.0"):
        files = jpype.java.util.HashMap()
        for name, content in documents(f"{api}/gbfs/{version}/gbfs.json").items():
            files.put(name, java_io.ByteArrayInputStream(content))
        result = factory.getGbfsJsonValidator().validate(files)
        complaints[version] = {
            "read": sorted(str(name) for name in result.files() if result.files()[name].exists()),
            "version": str(result.summary().version()),
            "errors": [
                f"{name}: {error.violationPath()} {error.message()}"
                for name in result.files()
                for error in result.files()[name].errors()
            ],
        }
    return complaints


def documents(discovery_url: str) -> dict[str, bytes]:
    """Fetch every feed that a discovery document lists."""
    import requests

    listed = requests.get(discovery_url, timeout=30).json()["data"]
    feeds = listed["feeds"] if "feeds" in listed else listed["en"]["feeds"]
    return {feed["name"]: requests.get(feed["url"], timeout=30).content for feed in feeds}


READERS: dict[str, Callable[[str], Understood]] = {
    one.__name__: one
    for one in (pybikes_2, pybikes_3, gbfs_client, geopandas, pandas, java_validator)
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(READERS[sys.argv[1]](sys.argv[2])))
