"""Sum what happened at each station by day, for histories of years."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
