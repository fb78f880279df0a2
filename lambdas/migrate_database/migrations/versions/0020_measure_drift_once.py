"""Compute each part of a measurement once, whatever the planner expects."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
