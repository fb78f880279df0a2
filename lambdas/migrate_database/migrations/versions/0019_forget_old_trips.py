"""Let trips be forgotten by age, without counting one twice."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0019"
down_revision = "0017"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
