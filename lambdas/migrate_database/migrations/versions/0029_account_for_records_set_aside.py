"""Count the good rows of records that were set aside, and keep records of recreated topics."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
