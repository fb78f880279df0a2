"""Drop two indexes that no statement uses."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
