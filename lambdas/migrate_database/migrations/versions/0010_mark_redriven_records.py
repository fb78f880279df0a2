"""Mark the records that were sent again, so that none is sent twice."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0010"
down_revision = "0008"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
