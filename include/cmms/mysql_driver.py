"""The MySQL driver: mysqlclient where it is installed, else PyMySQL. The only module that knows which.

mysqlclient is compiled, and some sites have no compiler. PyMySQL is pure Python: slower, and otherwise the same
DB-API, LOAD DATA LOCAL included. Both escape values in the client, so every statement file works with either.
Input: how to connect. Output: a connection with the methods of mysqlclient's, and the driver's classes.
"""

from __future__ import annotations

from typing import Any


def _load() -> tuple[Any, Any, str]:
    """The driver, its cursor that fetches row by row, and the name that SQLAlchemy has for it."""
    try:
        import MySQLdb.cursors

        return MySQLdb, MySQLdb.cursors.SSCursor, "mysql+mysqldb"
    except ImportError:
        import pymysql.cursors

        return pymysql, pymysql.cursors.SSCursor, "mysql+pymysql"


_driver, SSCursor, DIALECT = _load()
Error = _driver.Error
IntegrityError = _driver.IntegrityError
ProgrammingError = _driver.ProgrammingError

_TLS_WITHOUT_VERIFYING = {"check_hostname": False, "verify_mode": "none"}


def is_compiled() -> bool:
    """Whether the fast driver is there."""
    return DIALECT == "mysql+mysqldb"


def connect(options: dict[str, Any]) -> Any:
    """Open a connection by mysqlclient's options."""
    if is_compiled():
        return _driver.connect(**options)
    return _pure_class()(**_pure_options(options))


def _pure_class() -> Any:
    class PureConnection(_driver.connections.Connection):  # type: ignore[misc, name-defined]
        """PyMySQL's connection, with the one method that only mysqlclient has."""

        def warning_count(self) -> int:
            return int(self._result.warning_count) if self._result else 0

    return PureConnection


def _pure_options(options: dict[str, Any]) -> dict[str, Any]:
    """Options of mysqlclient as PyMySQL has them. Bytes are marked as such, as mysqlclient does by itself."""
    named = {"passwd": "password", "db": "database"}  # pragma: allowlist secret
    pure = {named.get(name, name): value for name, value in options.items() if name != "ssl_mode"}
    mode = str(options.get("ssl_mode") or "").upper()
    if mode == "DISABLED":
        pure |= {"ssl": None, "ssl_disabled": True}
    elif mode == "REQUIRED":
        pure["ssl"] = {**_TLS_WITHOUT_VERIFYING, **(options.get("ssl") or {})}
    elif mode == "VERIFY_CA":
        pure["ssl"] = {"check_hostname": False, "verify_mode": "required", **(options.get("ssl") or {})}
    elif mode == "VERIFY_IDENTITY":
        pure["ssl"] = {"check_hostname": True, "verify_mode": "required", **(options.get("ssl") or {})}
    return {**pure, "binary_prefix": True, "local_infile": bool(options.get("local_infile"))}
