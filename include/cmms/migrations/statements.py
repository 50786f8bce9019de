"""Run the statements of one file in ``include/sql/schema`` inside a migration.

MySQL commits every change of a table at once, so a migration that was stopped half-way (a table was in use for too
long, the server went away) cannot be rolled back. How far it came is kept in a table of its own until it is through:
migrating again goes on there.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, select, text, update
from sqlalchemy.dialects.mysql import insert

from cmms.database import load_sql

_PROGRESS = Table(
    "cmms_migration_progress",
    MetaData(),
    Column("file", String(100), primary_key=True),
    Column("statements", Integer, nullable=False),
)


def run_file(name: str) -> None:
    """Execute each statement of ``include/sql/schema/<name>.sql`` in order, but none that an earlier attempt has."""
    bind = op.get_bind()
    statements = [part.strip() for part in load_sql(f"schema/{name}").split(";\n")]
    _PROGRESS.create(bind, checkfirst=True)
    bind.execute(insert(_PROGRESS).values(file=name, statements=0).prefix_with("IGNORE"))
    done = bind.execute(select(_PROGRESS.c.statements).where(_PROGRESS.c.file == name)).scalar_one()
    for number, statement in enumerate(statements[done:], start=done + 1):
        bind.execute(text(statement.replace(":", r"\:")))
        bind.execute(update(_PROGRESS).where(_PROGRESS.c.file == name).values(statements=number))
        bind.execute(text("COMMIT"))


def forget_progress(bind: Connection) -> None:
    """All statements have run and the new version is written: the next migration begins anew."""
    _PROGRESS.drop(bind, checkfirst=True)
