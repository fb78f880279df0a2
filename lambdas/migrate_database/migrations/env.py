"""Alembic's entry: migrate the database that the caller's configuration names."""

from alembic import context
from sqlalchemy import create_engine, pool, text

url = context.config.attributes["database_url"]
engine = create_engine(url, poolclass=pool.NullPool)
with engine.begin() as connection:
    # Two deploys at once wait for each other instead of colliding.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('bikeshare.migrate'))"))
    context.configure(connection=connection, transactional_ddl=True)
    context.run_migrations()
