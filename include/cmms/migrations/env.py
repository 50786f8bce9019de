"""Alembic's entry: runs the migrations on the connection that :mod:`cmms.migrations` opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table="cmms_alembic_version")
with context.begin_transaction():
    context.run_migrations()
