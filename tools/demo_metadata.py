"""Airflow's metadata schema in the demo's MySQL: whether it is whole, and how to begin it anew.

Airflow's migration is hundreds of statements, each of which MySQL commits at once: one that was killed leaves half of
a schema that no second migration can mend. A table of ours, written last, says that it went through.
"""

from __future__ import annotations

import contextlib

from tools.database_server import Account
from tools.demo_report import connect
from tools.demo_settings import METADATA

_CREATE = "CREATE TABLE IF NOT EXISTS cmms_demo_migrated (version VARCHAR(40) NOT NULL PRIMARY KEY)"
_READ = "SELECT version FROM cmms_demo_migrated"
_FORGET = "DELETE FROM cmms_demo_migrated"
_STAMP = "INSERT IGNORE INTO cmms_demo_migrated VALUES (%s)"


def is_migrated(account: Account, version: str) -> bool:
    """Say whether the schema is that of this version of Airflow; one that is half made is dropped.

    A whole schema of another version stays, for Airflow to migrate; from then on it counts as half made.
    """
    with connect(account, METADATA) as connection, contextlib.closing(connection.cursor()) as cursor:
        cursor.execute(_CREATE)
        cursor.execute(_READ)
        stamps = [row[0] for row in cursor.fetchall()]
        if stamps == [version]:
            return True
        if stamps:
            cursor.execute(_FORGET)
            connection.commit()
        else:
            cursor.execute(f"DROP DATABASE {METADATA}")
            cursor.execute(f"CREATE DATABASE {METADATA} CHARACTER SET utf8mb4")
        return False


def stamp_as_migrated(account: Account, version: str) -> None:
    """Note that Airflow's migration went through."""
    with connect(account, METADATA) as connection, contextlib.closing(connection.cursor()) as cursor:
        cursor.execute(_CREATE)
        cursor.execute(_STAMP, (version,))
        connection.commit()
