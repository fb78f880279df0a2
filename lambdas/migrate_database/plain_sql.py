"""Run a migration that is written as one plain SQL file."""

from contextlib import closing
from pathlib import Path

from alembic import op


def run_beside(module_file: str) -> None:
    """Execute the `.sql` file of the same name, with the live lane's staging on the search path."""
    statements = Path(module_file).with_suffix(".sql").read_text(encoding="utf-8")
    with closing(op.get_bind().connection.cursor()) as cursor:
        # Functions are checked as they are created; their lane's schema is chosen when they run.
        cursor.execute("SET LOCAL search_path = public, live")
        cursor.execute(statements)
