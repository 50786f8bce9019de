"""Run the statements of one file in ``include/sql/schema`` inside a migration.

MySQL commits every change of a table at once, so a migration that was stopped half-way (a table was in use for too
long, the server went away) cannot be rolled back. How far it came is kept in a table of its own until it is through:
migrating again goes on there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import sqlparse
from alembic import op
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, Update, select, text, update
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.exc import DBAPIError

from cmms.database import error_number, load_sql

_DONE_ALREADY = frozenset({1050, 1060, 1061, 1091, 1826, 3822})
"""The table, column, key, foreign key or check constraint is there already, or was dropped already (1091)."""

_PROGRESS = Table(
    "cmms_migration_progress",
    MetaData(),
    Column("file", String(100), primary_key=True),
    Column("statements", Integer, nullable=False),
)


def run_file(name: str) -> None:
    """Execute each statement of ``include/sql/schema/<name>.sql`` in order, but none that an earlier attempt has."""
    bind = op.get_bind()
    statements = split_statements(load_sql(f"schema/{name}"))
    bind.execute(text(load_sql("schema/progress_table")))
    is_resumed = not bind.execute(insert(_PROGRESS).values(file=name, statements=0).prefix_with("IGNORE")).rowcount
    done = bind.execute(select(_PROGRESS.c.statements).where(_PROGRESS.c.file == name)).scalar_one()
    for number, statement in enumerate(statements[done:], start=done + 1):
        is_first_again = is_resumed and number == done + 1
        with _ignoring_what_is_there() if is_first_again else nullcontext():
            bind.execute(text(statement.replace(":", r"\:")))
        bind.execute(count_statement(name, number))
        bind.execute(text("COMMIT"))


def split_statements(sql: str) -> list[str]:
    """The statements of a file, without their semicolons."""
    return sqlparse.split(sql, strip_semicolon=True)


def count_statement(file: str, number: int) -> Update:
    """The statement that notes how many of a file's statements have run."""
    return update(_PROGRESS).where(_PROGRESS.c.file == file).values(statements=number)


@contextmanager
def _ignoring_what_is_there() -> Iterator[None]:
    """The statement at which an earlier attempt ended may have gone through without being counted."""
    try:
        yield
    except DBAPIError as error:
        if error_number(error.orig or error) not in _DONE_ALREADY:
            raise


def forget_progress(bind: Connection) -> None:
    """All statements have run and the new version is written: the next migration begins anew."""
    _PROGRESS.drop(bind, checkfirst=True)
