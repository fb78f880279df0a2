"""Record bikes that turned up elsewhere than they were left: those that trucks have moved."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
