"""Keep what a station's status says even if it gives no count of bikes."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
