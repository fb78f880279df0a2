"""Alembic's entry: migrate the database that the caller's configuration names."""

import logging
from contextlib import nullcontext

from alembic import context
from sqlalchemy import create_engine, pool, text

from lambdas.migrate_database.emptying import emptied

# Of all schemas with staging tables; a new database has none.
STAGED_RECORDS = """
    SELECT string_agg(format('%I.%I', schemaname, tablename), ', ' ORDER BY schemaname)
    FROM pg_tables
    WHERE tablename = 'staged_record'
"""

logger = logging.getLogger(__name__)
asked = context.config.attributes
engine = create_engine(asked["database_url"], poolclass=pool.NullPool)
with engine.begin() as connection:
    # Two deploys at once wait for each other instead of colliding.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('bikeshare.migrate'))"))
    # What lanes lock first: running batches end, and the next wait before they hold any lock.
    if staged := connection.execute(text(STAGED_RECORDS)).scalar_one():
        connection.execute(text(f"LOCK TABLE {staged}"))
    with emptied(connection) if asked.get("anew") else nullcontext():
        context.configure(connection=connection, transactional_ddl=True)
        known = {script.revision for script in context.script.walk_revisions()}
        if known.issuperset(context.get_context().get_current_heads()):
            context.run_migrations()
        else:
            # This version was rolled back to. Migrations only add, so older code continues to work.
            logger.warning("the schema is newer than this version, and stays as it is")
        (asked["revision"],) = context.get_context().get_current_heads()
