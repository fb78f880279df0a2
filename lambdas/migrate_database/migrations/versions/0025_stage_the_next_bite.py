"""Give each lane a second set of staging tables, to fill one while the other is applied."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
