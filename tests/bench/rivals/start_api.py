# ruff: noqa: E402 - the imports are what is measured
"""
A cold start of the unpacked API function, step by step, from its first import to its first answer.

Run by its path and isolated (`-I -S`), so that nothing but the folder can be imported.
"""

import sys
import time
from itertools import pairwise

FOLDER, REPOSITORY = sys.argv[1:]
sys.path.insert(0, FOLDER)
CLOCK = [time.perf_counter()]

import chalice.app

CLOCK.append(time.perf_counter())

import psycopg2

CLOCK.append(time.perf_counter())

from app import app
from chalicelib.service import service

CLOCK.append(time.perf_counter())
STEPS = ("chalice_ms", "psycopg2_ms", "our_code_ms", "connecting_ms", "reading_ms", "answering_ms")


def main() -> None:
    """Answer with every station, as the map's first question does."""
    service().database.read(lambda db: db.execute("SELECT 1"))
    CLOCK.append(time.perf_counter())
    service().picture()
    CLOCK.append(time.perf_counter())
    answer = app(event("/api/v1/stations"), None)
    CLOCK.append(time.perf_counter())
    if answer["statusCode"] != 200:
        sys.exit(f"the first answer is {answer}")
    if strangers := [one.__file__ for one in (chalice, psycopg2) if FOLDER not in one.__file__]:
        sys.exit(f"the package does without {strangers}")
    sys.path.append(REPOSITORY)
    from tests.bench.child import report

    spans = zip(STEPS, pairwise(CLOCK), strict=True)
    took = {step: 1000 * (ended - began) for step, (began, ended) in spans}
    report(**took, cold_start_ms=sum(took.values()))


def event(path: str) -> dict[str, object]:
    """Return the event that API Gateway passes to the function."""
    return {
        "requestContext": {"httpMethod": "GET", "resourcePath": path, "path": path},
        "path": path,
        "pathParameters": None,
        "multiValueQueryStringParameters": None,
        "headers": {"accept-encoding": "gzip"},
        "body": None,
        "isBase64Encoded": False,
        "stageVariables": None,
    }


if __name__ == "__main__":
    main()
