"""Are the tables those that this version of the package was written for? Asked before a run is opened.

Input: a connection. Output: nothing, or an error that says what to do, instead of a statement that fails somewhere in
the middle of a run (or, with newer tables, stores less than it should).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cmms import mysql_driver
from cmms.database import Connection, error_number, query, translate
from cmms.errors import DatabaseRefused

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
_NO_SUCH_TABLE = 1146


@cache
def newest_version() -> str:
    """The newest migration of this package: ``0005``."""
    return max(file.name.partition("_")[0] for file in _VERSIONS.glob("[0-9]*.py"))


def check_schema_version(connection: Connection) -> None:
    """Refuse tables that are older or newer than this package.

    Raises:
        DatabaseRefused: they are; says whether to migrate the tables or to update the package.
        DatabaseUnavailable: from the server.
    """
    known = newest_version()
    try:
        rows = query(connection, "schema_version")
    except mysql_driver.Error as error:
        if error_number(error) != _NO_SUCH_TABLE:
            raise translate(error, "reading the version of the tables") from error
        rows = []
    found = rows[0]["version_num"] if rows else None
    if found is None:
        raise DatabaseRefused("the database has no tables of CMMS Sync: run python -m cmms migrate")
    if found < known:
        raise DatabaseRefused(
            f"the tables are at migration {found}, this version needs {known}: run python -m cmms migrate"
        )
    if found > known:
        raise DatabaseRefused(
            f"the tables are at migration {found}, newer than this version, which knows {known}: this machine has an"
            " old copy of the package; update it and start its services again"
        )
