"""Measure each new snapshot against what was served before it, by the age of the anchor."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
