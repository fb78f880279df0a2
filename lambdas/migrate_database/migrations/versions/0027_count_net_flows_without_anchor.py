"""Count the net flow of stations for which no snapshot has given a count."""

from lambdas.migrate_database.plain_sql import run_beside

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Run the SQL file beside this module."""
    run_beside(__file__)
