"""Create the functions that recompute what is served."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
