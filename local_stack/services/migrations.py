"""The database's schema, brought up to date by the same command as on AWS."""

import os
import sys

from local_stack.java import REPOSITORY
from local_stack.process import Command, run_once
from local_stack.services.postgres import Postgres


def migrate(postgres: Postgres) -> None:
    """Migrate a running database to the newest schema; idempotent."""
    command = Command(
        argv=(sys.executable, "-m", "lambdas.migrate_database"),
        home=postgres.home,
        log=postgres.home / "logs" / "migrations.log",
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C.UTF-8",
            "DATABASE_URL": postgres.dsn,
            "PYTHONPATH": str(REPOSITORY),
        },
        cwd=REPOSITORY,
    )
    run_once(command, name="the migration of the database")
