"""Create the ledger of trips and snapshots, what is derived from it, and each lane's staging."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
