"""Create the drop account and the one function that a batch calls."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
