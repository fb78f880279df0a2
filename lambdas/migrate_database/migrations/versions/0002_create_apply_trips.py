"""Create the functions that put a batch's trips into the ledger."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
