"""Keep the minutes of forgotten trips in a row per station and day, not a row per minute."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
