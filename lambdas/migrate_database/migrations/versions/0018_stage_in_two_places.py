"""Give each lane a second place to stage in."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
