"""`python -m tests.fuzz`: fuzz a real server with thousands of valid and invalid requests."""

import sys
import tempfile
from pathlib import Path

from lambdas.migrate_database.migration import upgrade
from local_stack.services.postgres import Postgres
from tests.fuzz.schemathesis_run import run
from tests.support.served_api import put_city, served_api
from tests.support.served_stations import ServedState


def main(arguments: list[str]) -> int:
    """Fill a database, serve it, and run Schemathesis against it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Postgres(home=home / "postgres") as server:
            upgrade(server.dsn)
            served = ServedState(server.dsn)
            put_city(served)
            served.close()
            with served_api(home / "api", server.dsn) as url:
                return run(url, *arguments).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
