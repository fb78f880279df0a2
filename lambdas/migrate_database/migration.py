"""Bring a database to the newest schema: the same code runs locally, in tests and in the deploy."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database_url: str) -> str:
    """Apply the migrations that are missing; give the revision the database is now at."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = sqlalchemy_url(database_url)
    command.upgrade(config, "head")
    revision = ScriptDirectory.from_config(config).get_current_head()
    if revision is None:
        raise FileNotFoundError(MIGRATIONS / "versions")
    return revision


def sqlalchemy_url(database_url: str) -> str:
    """SQLAlchemy calls the driver by name and knows no `postgres://`."""
    _, separator, rest = database_url.partition("://")
    if not separator:
        message = "DATABASE_URL must be a postgresql:// URL, such as postgresql://user@127.0.0.1:5432/bikeshare"
        raise ValueError(message)
    return f"postgresql+psycopg2://{rest}"
