"""`DATABASE_URL=… python -m lambdas.migrate_database` brings that database to the newest schema."""

import os
import sys

from lambdas.migrate_database.migration import upgrade

if __name__ == "__main__":
    url = os.environ.get("DATABASE_URL")
    if not url:
        sys.exit("DATABASE_URL is not set: give the database as postgresql://user@host:port/name")
    print(f"database at revision {upgrade(url)}")  # noqa: T201 - a command's answer
