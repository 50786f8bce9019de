"""Versioned schema migrations (Alembic). ``upgrade()`` brings the database of ``cmms_mysql`` to the newest version.

A migration's statements are readable SQL in ``include/sql/schema``; versions here only say which file runs.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection as AlchemyConnection
from sqlalchemy import create_engine, pool

from cmms.database import connect

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
        DatabaseUnavailable, DatabaseRefused: from connecting.
    """
    _run(lambda config: command.upgrade(config, revision))


def downgrade(revision: str = "base") -> None:
    """Migrate down to ``revision``; ``base`` drops every table of ours and their data."""
    _run(lambda config: command.downgrade(config, revision))


def _run(action: object) -> None:
    engine = create_engine("mysql+mysqldb://", creator=connect, poolclass=pool.NullPool)
    with engine.begin() as connection:
        action(configuration(connection))  # type: ignore[operator]
