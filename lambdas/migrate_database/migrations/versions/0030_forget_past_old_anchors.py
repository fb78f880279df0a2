"""Let no old anchor hold back forgetting at other stations, and never forget an open trip."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
