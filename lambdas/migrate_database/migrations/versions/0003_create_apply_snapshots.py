"""Create the functions that take in a batch's station snapshots."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
