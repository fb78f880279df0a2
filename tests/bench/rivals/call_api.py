"""
The API's Lambda entry point, called as API Gateway does, repeatedly in one process: `CALLS`.

Beside it, in turns on the same database, the bare SQL of "nearby".
"""

import base64
import os
import sys
import time
from collections.abc import Callable
from contextlib import closing
from statistics import median, quantiles
from typing import Any

import psycopg2
from app import app
from chalicelib.database import Database
from chalicelib.nearby import box_around
from chalicelib.service import service

from tests.bench.child import report
from tests.bench.cities import MIDDLE

GZIP = {"accept-encoding": "gzip", "host": "bikes.example"}
WARM_UP = 20
RADIUS_M = 780.0
# What an API without a cache would query: all that is served about the stations nearby.
NEARBY = """
SELECT station_id, name, lat, lon, capacity,
    num_bikes_available, num_ebikes_available, num_docks_available,
    is_installed, is_renting, is_returning, last_reported, anchored_at,
    source, drift, net_flow, aliases, version, estimated_bikes, estimate_method
FROM station
JOIN station_status USING (station_id)
WHERE lat BETWEEN %(south)s AND %(north)s AND lon BETWEEN %(west)s AND %(east)s
"""
# That API would have one; the product chooses stations in memory.
INDEX = "CREATE INDEX IF NOT EXISTS station_place ON station (lat, lon)"


def event(path: str, *, query: dict[str, str] | None = None, **headers: str) -> dict[str, Any]:
    """Return the event that API Gateway passes to the function for a GET."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    resource, parameters = path, None
    if path.startswith("/api/v1/stations/"):
        resource = "/api/v1/stations/{station_id}"
        parameters = {"station_id": path.rpartition("/")[2]}
    return {
        "requestContext": {"httpMethod": "GET", "resourcePath": resource, "path": path},
        "path": path,
        "pathParameters": parameters,
        "multiValueQueryStringParameters": {k: [v] for k, v in (query or {}).items()},
        "headers": {**GZIP, **named},
        "body": None,
        "isBase64Encoded": False,
        "stageVariables": None,
    }


def answered(asked: dict[str, Any], status: int = 200) -> dict[str, Any]:
    """Call the function and check the status of its answer."""
    answer: dict[str, Any] = app(asked, None)
    if answer["statusCode"] != status:
        sys.exit(f"{asked['path']} was answered with {answer}")
    return answer


def main(calls: int) -> None:
    """Measure each question, in turns with the others."""
    lat, lon = MIDDLE
    near = {"lat": str(lat), "lon": str(lon), "blocks": "3", "need": "any"}
    every = answered(event("/api/v1/stations"))
    tag = {"if_none_match": every["headers"]["ETag"]}
    questions: dict[str, Callable[[], object]] = {
        "nearby": lambda: answered(event("/api/v1/nearby", query=near)),
        "nearby_sql": bare_sql(),
        "all_stations": lambda: answered(event("/api/v1/stations")),
        "one_station": lambda: answered(event("/api/v1/stations/S000007")),
        "gbfs_status": lambda: answered(event("/gbfs/2.3/station_status.json")),
        "not_modified": lambda: answered(event("/api/v1/stations", **tag), 304),
    }
    took: dict[str, list[float]] = {name: [] for name in questions}
    for number in range(WARM_UP + calls):
        for name, ask in questions.items():
            began = time.perf_counter()
            ask()
            if number >= WARM_UP:
                took[name].append((time.perf_counter() - began) * 1000)
    features = answered(event("/api/v1/stations.geojson"))
    report(
        **{f"{name}_p50_ms": median(times) for name, times in took.items()},
        nearby_p99_ms=quantiles(took["nearby"], n=100)[-1],
        geojson_kb=len(base64.b64decode(features["body"])) / 1000,
        transactions_of_a_304=transactions(questions["not_modified"]),
    )


def bare_sql() -> Callable[[], object]:
    """Return the query for the stations nearby, through the same driver and nothing else."""
    url = os.environ["DATABASE_URL"]
    with (
        closing(psycopg2.connect(url.replace("bikeshare_api@", "bikeshare@"))) as owner,
        owner,
        owner.cursor() as cursor,
    ):
        cursor.execute(INDEX)
    connection = psycopg2.connect(url)
    connection.autocommit = True
    box = box_around(*MIDDLE, RADIUS_M)
    sides = {"west": box.west, "south": box.south, "east": box.east, "north": box.north}

    def ask() -> object:
        with connection.cursor() as cursor:
            cursor.execute(NEARBY, sides)
            return cursor.fetchall()

    return ask


def transactions(ask: Callable[[], object]) -> int:
    """Count the database reads of a question asked just after another one was answered."""
    ask()
    counted: list[object] = []
    read = Database.read

    def counting(self: Database, asked: Any) -> Any:
        counted.append(asked)
        return read(self, asked)

    Database.read = counting  # type: ignore[method-assign]
    ask()
    Database.read = read  # type: ignore[method-assign]
    return len(counted)


if __name__ == "__main__":
    service()
    main(int(sys.argv[1]))
