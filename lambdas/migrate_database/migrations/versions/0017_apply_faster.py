"""Apply a batch with fewer passes and fewer ledger lookups."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
