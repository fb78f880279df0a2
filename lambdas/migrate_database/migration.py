"""Bring a database to the newest schema: the same code runs locally, in tests and in the deploy."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from psycopg2.errors import DeadlockDetected
from sqlalchemy.exc import OperationalError

MIGRATIONS = Path(__file__).parent / "migrations"
# A batch that is under way may hold what a migration wants, and want what it holds.
TRIES = 10


def upgrade(database_url: str, *, anew: bool = False) -> str:
    """
    Apply the migrations that are missing; give the revision the database is now at.

    One that a newer version has migrated is left as it is, so that a deploy may go back.
    `anew` first throws away all that is known, for a rebuild from the drops; it fails whole or not.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = sqlalchemy_url(database_url)
    config.attributes["anew"] = anew
    _upgrade(config)
    revision: str = config.attributes["revision"]
    return revision


def _upgrade(config: Config) -> None:
    """Migrate in one transaction, again when Postgres ended it to let a batch go on."""
    for left in reversed(range(TRIES)):
        try:
            command.upgrade(config, "head")
        except OperationalError as error:
            if not left or not isinstance(error.orig, DeadlockDetected):
                raise
        else:
            return


def sqlalchemy_url(database_url: str) -> str:
    """SQLAlchemy calls the driver by name and knows no `postgres://`."""
    _, separator, rest = database_url.partition("://")
    if not separator:
        message = "DATABASE_URL must be a postgresql:// URL, such as postgresql://user@127.0.0.1:5432/bikeshare"
        raise ValueError(message)
    return f"postgresql+psycopg2://{rest}"
