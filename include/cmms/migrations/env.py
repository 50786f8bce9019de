"""Alembic's entry: runs the migrations on the connection that :mod:`cmms.migrations` opened."""

from alembic import context
from sqlalchemy import text

from cmms.database import load_sql
from cmms.migrations.statements import forget_progress

connection = context.config.attributes["connection"]
connection.execute(text(load_sql("schema/version_table")))
context.configure(connection=connection, version_table="cmms_alembic_version")
with context.begin_transaction():
    context.run_migrations()
forget_progress(connection)
