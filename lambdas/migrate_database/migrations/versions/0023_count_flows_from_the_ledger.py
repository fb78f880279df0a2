"""Read flows from the ledger's own indexes, and look no trip up that comes in order."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
