"""Remember what geocoding services answered, and whose turn it is to ask one."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
