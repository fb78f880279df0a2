"""Let nobody but the owner make temporary tables."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
