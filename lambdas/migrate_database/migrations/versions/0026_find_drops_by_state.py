"""Find the drops that are not complete without scanning those that are."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
