"""Refuse in staging what no batch could apply, so that one record never stops a lane."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
