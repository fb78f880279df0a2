"""Estimate a station's bikes from its anchor and what is known of each bike since."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
