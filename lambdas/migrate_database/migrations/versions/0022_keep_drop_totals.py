"""Keep running totals of what became of all drops, so that the status need not add them up."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
