"""Keep what became of all drops as it changes, so that the status adds nothing up."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
