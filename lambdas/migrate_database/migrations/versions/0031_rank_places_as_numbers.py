"""Let the numerically greater place win, in whatever batches it comes."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
