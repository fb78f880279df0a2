"""Let the reader change its own password, as the rotation of its secret does."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
