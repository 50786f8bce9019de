"""Versioned schema migrations (Alembic). ``upgrade()`` brings the database of ``cmms_mysql`` to the newest version.

A migration's statements are readable SQL in ``include/sql/schema``; versions here only say which file runs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection as AlchemyConnection
from sqlalchemy import create_engine, pool
from sqlalchemy.exc import DBAPIError

from cmms import mysql_driver
from cmms.database import LOCKED, connect, error_number, translate
from cmms.errors import AskPerson, DatabaseUnavailable
from cmms.schema_version import newest_version

FOLDER = Path(__file__).parent


def configuration(connection: AlchemyConnection | None = None) -> Config:
    """Alembic configuration without an .ini file; ``connection`` is handed to ``env.py``."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(revision: str = "head") -> None:
    """Migrate up to ``revision``.

    Raises:
        DatabaseUnavailable: server down, or a table was in use for too long (30 s): migrate again.
        DatabaseRefused: by the server. AskPerson: there is no such revision, or the tables are newer than all.
    """
    _run(lambda config: command.upgrade(config, revision))


def downgrade(revision: str = "base") -> None:
    """Migrate down to ``revision``; ``base`` drops every table of ours and their data."""
    _run(lambda config: command.downgrade(config, revision))


def _run(action: Callable[[Config], None]) -> None:
    patiently = partial(connect, is_patient=True)
    engine = create_engine(f"{mysql_driver.DIALECT}://", creator=patiently, poolclass=pool.NullPool)
    try:
        with engine.begin() as connection:
            action(configuration(connection))
    except CommandError as error:
        raise AskPerson(
            f"migrating: {error}; this version of the package knows 0001 to {newest_version()}. Tables of a newer one"
            " can be migrated back only while that one is installed"
        ) from error
    except DBAPIError as error:
        if error_number(error.orig or error) in LOCKED:
            raise DatabaseUnavailable(
                "migrating: a table is in use by another session (SHOW PROCESSLIST names it); what was done so far is "
                "kept: end that session or wait for it, then migrate again"
            ) from error
        raise translate(error.orig if isinstance(error.orig, Exception) else error, "migrating") from error
