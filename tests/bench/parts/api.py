"""Part 4: what an answer of the API costs, in its function and over HTTP."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from local_stack.services.api import CHALICE_API, Api
from tests.bench.child import ROOT, sample_of, sample_of_module
from tests.bench.cities import MIDDLE, build_city
from tests.bench.packed_api import unpacked_api, with_byte_code
from tests.bench.part import Bar, Part, Rival, Sample, Setting
from tests.bench.roomy_postgres import RoomyPostgres
from tests.bench.wrk import loaded
from tests.support.batches import create_database

SMALL, LARGE = 2_500, 100_000
IN_SMALL, IN_LARGE = "product, in the function, a city", "product, in the function, 40 cities"
COLD, COMPILED = "product, cold start", "product, cold start with byte code"
START = Path(__file__).parents[1] / "rivals" / "start_api.py"
# A real feed, where available: it is less regular than the generated stations.
REAL_CITY = ROOT.parent / "shared" / "data" / "gbfs" / "citibike_2019-07-05"
NEARBY = f"/api/v1/nearby?lat={MIDDLE[0]}&lon={MIDDLE[1]}&blocks=3"
OVER_HTTP = {
    "nearby": NEARBY,
    "all stations": "/api/v1/stations",
    "one station": "/api/v1/stations/S000007",
    "GBFS status": "/gbfs/2.3/station_status.json",
}
CONNECTIONS = 4


@contextmanager
def part(setting: Setting) -> Iterator[Part]:
    """Build both cities in one Postgres, and serve the small one over HTTP too."""
    large = setting.size(LARGE, quick=10_000)
    with ExitStack() as stack:
        server = stack.enter_context(RoomyPostgres(home=setting.home / "postgres"))
        dsns = {}
        for name, stations in (("small", SMALL), ("large", large)):
            dsns[name] = create_database(server.dsn, name, "head")
            build_city(dsns[name], stations)
            dsns[name] = dsns[name].replace("bikeshare@", "bikeshare_api@")
        function = unpacked_api(setting.home)
        api = stack.enter_context(Api(home=setting.home / "api", dsn=dsns["small"]))
        yield Part(
            title="4. API",
            question=(
                "The function as API Gateway calls it, beside the bare SQL of “nearby” on the same "
                "database; the same over loopback HTTP on Chalice's local server; and the packed "
                "function in a new process from its first import to its first answer, all stations."
            ),
            input=(
                f"Generated stations 300 m apart: {SMALL:,} (a city) and {large:,} (40 cities)."
            ),
            rivals=[
                in_function(IN_SMALL, dsns["small"], setting),
                in_function(IN_LARGE, dsns["large"], setting),
                cold_start(COLD, function, dsns["small"], "as shipped, without byte code"),
                cold_start(
                    COMPILED,
                    with_byte_code(function),
                    dsns["small"],
                    "compiled beforehand, which shipping it would take Lambda's own Python for",
                ),
                *over_http(api.url, setting),
                *real_city(),
            ],
            bars=bars(),
            plotted="nearby_p50_ms",
            packages=("chalice", "psycopg2-binary", "geopy"),
        )


def environment(dsn: str) -> dict[str, str]:
    """Return the variables that point the function to its database and code."""
    return {"DATABASE_URL": dsn, "PYTHONPATH": f"{CHALICE_API}{os.pathsep}."}


def in_function(name: str, dsn: str, setting: Setting) -> Rival:
    """Put all questions to the Lambda entry point in one warm process."""
    calls = str(setting.size(300, quick=50))

    def run() -> Sample:
        return sample_of_module("tests.bench.rivals.call_api", (calls,), env=environment(dsn))

    told = (f"{calls} calls of each question after 20 to warm up", "takes gzip")
    return Rival(name=name, settings=told, run=run)


def cold_start(name: str, function: Path, dsn: str, told: str) -> Rival:
    """Start the packed function anew each round; as on Lambda, its folder is read-only."""
    start = [sys.executable, "-I", "-S", "-B", str(START), str(function), str(ROOT)]

    def run() -> Sample:
        return sample_of(start, env={"DATABASE_URL": dsn})

    settings = ("a new process that sees the unpacked zip and nothing else of ours", told)
    return Rival(name=name, settings=settings, run=run)


def real_city() -> Sequence[Rival]:
    """Measure the size of New York's stations on a day in July 2019."""
    if not REAL_CITY.is_dir():
        return ()

    def run() -> Sample:
        env = {"PYTHONPATH": f"{CHALICE_API}{os.pathsep}."}
        return sample_of_module("tests.bench.rivals.weigh_geojson", (str(REAL_CITY),), env=env)

    told = "Citi Bike's GBFS feeds of 2019-07-05, as the API would write them"
    return (Rival(name="product, real stations", settings=(told,), run=run, rounds=1),)


def over_http(url: str, setting: Setting) -> Sequence[Rival]:
    """Request each address under load, over persistent connections."""
    seconds = setting.size(3, quick=1)

    def asking(path: str) -> Rival:
        def run() -> Sample:
            return loaded(
                f"{url}{OVER_HTTP[path]}",
                seconds=seconds,
                connections=CONNECTIONS,
                headers={"Accept-Encoding": "gzip"},
            )

        told = (f"wrk, {CONNECTIONS} kept connections, {seconds} s, takes gzip",)
        return Rival(name=f"product, HTTP, {path}", settings=told, run=run, rounds=3)

    return [asking(path) for path in OVER_HTTP]


def bars() -> list[Bar]:
    """The bars of the API."""
    nearby = (IN_SMALL, "nearby_p50_ms")
    return [
        Bar(
            text="nearby, p50, relative to its bare SQL",
            of=nearby,
            to=(IN_SMALL, "nearby_sql_p50_ms"),
            at_most=3,
        ),
        Bar(
            text="nearby, p50, among 100,000 stations relative to 2,500",
            of=(IN_LARGE, "nearby_p50_ms"),
            to=nearby,
            at_most=1.3,
        ),
        Bar(
            text="all 2,500 generated stations as GeoJSON, compressed, kB",
            of=(IN_SMALL, "geojson_kb"),
            at_most=60,
        ),
        Bar(
            text="transactions that a 304 costs, right after another answer",
            of=(IN_SMALL, "transactions_of_a_304"),
            at_most=0,
        ),
        Bar(
            text="import and first answer of the packed function in a new process, ms",
            of=(COLD, "cold_start_ms"),
            at_most=400,
        ),
    ]
