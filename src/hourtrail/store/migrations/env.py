"""What Alembic runs: on the connection, and inside the transaction, that ``hourtrail.store.migrate`` opened."""

from alembic import context

from hourtrail.store.migrate import VERSION_TABLE
from hourtrail.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    # PostgreSQL and SQLite both take schema changes inside a transaction; it is ours, and ends with all or nothing.
    transactional_ddl=False,
)
context.run_migrations()
