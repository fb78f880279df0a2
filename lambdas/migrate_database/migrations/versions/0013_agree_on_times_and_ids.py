"""Let staging take exactly what the publishers let through and apply_batch can apply."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
