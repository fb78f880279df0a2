"""Bring a database to the newest schema: the same code runs locally, in tests and in the deploy."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from psycopg2.errors import DeadlockDetected
from sqlalchemy.exc import OperationalError

MIGRATIONS = Path(__file__).parent / "migrations"
# A running batch may hold locks that a migration wants, and want those that it holds.
TRIES = 10


def upgrade(database_url: str, *, anew: bool = False) -> str:
    """
    Apply the migrations that are missing; return the revision the database is now at.

    A database that a newer version has migrated is left as it is, so that a deploy may roll back.
    `anew` first deletes all data, for a rebuild from the drops, in the same transaction.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = sqlalchemy_url(database_url)
    config.attributes["anew"] = anew
    _upgrade(config)
    revision: str = config.attributes["revision"]
    return revision


def _upgrade(config: Config) -> None:
    """Migrate in one transaction, retried if Postgres aborts it to let a batch continue."""
    for left in reversed(range(TRIES)):
        try:
            command.upgrade(config, "head")
        except OperationalError as error:
            if not left or not isinstance(error.orig, DeadlockDetected):
                raise
        else:
            return


def sqlalchemy_url(database_url: str) -> str:
    """Return the URL for SQLAlchemy, which needs the driver's name and knows no `postgres://`."""
    _, separator, rest = database_url.partition("://")
    if not separator:
        message = "DATABASE_URL must be a postgresql:// URL, such as postgresql://user@127.0.0.1:5432/bikeshare"
        raise ValueError(message)
    return f"postgresql+psycopg2://{rest}"
