"""Group *database*, privileges: may our account do what migrations and syncs do?

Each statement is tried on a table that does not exist: the server answers "denied" where the privilege is missing and
"no such table" where it is there, roles, wildcards and partial revokes included. Nothing is created or changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

from cmms.database import Connection, error_number, execute, session
from cmms.errors import CmmsError
from cmms.operations.diagnosis.lines import Check, Finding
from cmms.operations.diagnosis.site import Site
from cmms.settings import MYSQL_CONNECTION

PRIVILEGES = {
    "SELECT": "operations/diagnosis/may_select",
    "INSERT": "operations/diagnosis/may_insert",
    "UPDATE": "operations/diagnosis/may_update",
    "DELETE": "operations/diagnosis/may_delete",
    "CREATE": "operations/diagnosis/may_create",
    "DROP": "operations/diagnosis/may_drop",
    "ALTER": "operations/diagnosis/may_alter",
    "INDEX": "operations/diagnosis/may_index",
    "REFERENCES": "operations/diagnosis/may_reference",
    "CREATE VIEW": "operations/diagnosis/may_create_view",
    "CREATE TEMPORARY TABLES": "operations/diagnosis/may_create_temporary",
}
_DENIED = frozenset({1044, 1142, 1143, 1227})
_READ_ONLY = frozenset({1290, 1792, 1836, 3098})


def check_privileges(site: Site) -> Iterator[Finding]:
    """One line when all are there, else one for each that is missing."""
    missing: set[str] = set()
    unknown: list[str] = []
    with session() as connection:
        for privilege, statement in PRIVILEGES.items():
            number, message = _try(connection, statement)
            if number in _DENIED:
                missing |= _denied(message) or {privilege}
            elif number in _READ_ONLY:
                unknown.append(privilege)
    schema = site.connection(MYSQL_CONNECTION).schema
    for privilege in PRIVILEGES:
        if privilege in missing:
            yield Finding(
                "fail",
                "missing on the schema",
                f"As the server's administrator: GRANT {privilege} ON `{schema}`.* TO <the account of cmms_mysql>;",
                name=f"Privilege {privilege}",
            )
    if unknown:
        yield Finding("skip", f"not checked, the server is read-only: {', '.join(unknown)}")
    elif not missing:
        yield Finding("pass", f"all {len(PRIVILEGES)} are there: {', '.join(PRIVILEGES)}")


def _denied(message: str) -> set[str]:
    """The privileges that the server names as missing; a statement may need more than one."""
    match = re.match(r"([A-Z, ]+) command denied", message)
    return set(match[1].split(", ")) & set(PRIVILEGES) if match else set()


def _try(connection: Connection, statement: str) -> tuple[int | None, str]:
    """The server's error number and message, None when it has done it."""
    with closing(connection.cursor()) as cursor:
        try:
            execute(cursor, statement)
        except CmmsError:
            raise
        except Exception as error:
            number = error_number(error)
            if number is None:
                raise
            return number, str(error.args[1] if len(error.args) > 1 else "")
    return None, ""


CHECKS = (Check("database", "Privileges", check_privileges, needs=("database/Server",)),)
