"""Report what changed since an earlier response, and what the whole system did."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
