"""A cold start: import the API's function in a new process and answer the first question."""

import sys
import time

BEGAN = time.perf_counter()

from app import app  # noqa: E402 - the import is what is measured

IMPORTED = time.perf_counter()


def main() -> None:
    """Answer with every station, as the map's first question does."""
    path = "/api/v1/stations"
    answer = app(
        {
            "requestContext": {"httpMethod": "GET", "resourcePath": path, "path": path},
            "path": path,
            "pathParameters": None,
            "multiValueQueryStringParameters": None,
            "headers": {"accept-encoding": "gzip"},
            "body": None,
            "isBase64Encoded": False,
            "stageVariables": None,
        },
        None,
    )
    ended = time.perf_counter()
    if answer["statusCode"] != 200:
        sys.exit(f"the first answer is {answer}")
    from tests.bench.child import report

    report(
        import_ms=(IMPORTED - BEGAN) * 1000,
        first_answer_ms=(ended - IMPORTED) * 1000,
        cold_start_ms=(ended - BEGAN) * 1000,
    )


if __name__ == "__main__":
    main()
