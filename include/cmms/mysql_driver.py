"""The MySQL driver: mysqlclient where it is installed, else PyMySQL. The only module that knows which.

mysqlclient is compiled, and some sites have no compiler. PyMySQL is pure Python: slower, and otherwise the same
DB-API, LOAD DATA LOCAL included. Both escape values in the client, so every statement file works with either.
Input: how to connect. Output: a connection and its cursors as :mod:`cmms.mysql_types` describes them, and the
driver's classes of errors. mypy holds the stubs of both drivers against those types, where a connection is opened.
"""

from __future__ import annotations

from typing import Any, cast

from cmms.mysql_types import Connection, Cursor, DictCursor


def _load() -> tuple[Any, Any, str]:
    """The driver, its kinds of cursors, and the name that SQLAlchemy has for it."""
    try:
        import MySQLdb.cursors

        return MySQLdb, MySQLdb.cursors, "mysql+mysqldb"
    except ImportError:
        import pymysql.cursors

        return pymysql, pymysql.cursors, "mysql+pymysql"


_driver, _cursors, DIALECT = _load()
Error: type[Exception] = _driver.Error
IntegrityError: type[Exception] = _driver.IntegrityError
ProgrammingError: type[Exception] = _driver.ProgrammingError

_TLS_WITHOUT_VERIFYING = {"check_hostname": False, "verify_mode": "none"}


def is_compiled() -> bool:
    """Whether the fast driver is there."""
    return DIALECT == "mysql+mysqldb"


def connect(options: dict[str, Any]) -> Connection:
    """Open a connection by mysqlclient's options."""
    return _connect_compiled(options) if is_compiled() else _connect_pure(options)


def dict_cursor(connection: Connection) -> DictCursor:
    """A cursor whose rows are dictionaries."""
    return cast(DictCursor, connection.cursor(_cursors.DictCursor))


def streaming_dict_cursor(connection: Connection) -> DictCursor:
    """A cursor whose rows are dictionaries, left on the server until they are fetched."""
    return cast(DictCursor, connection.cursor(_cursors.SSDictCursor))


def streaming_cursor(connection: Connection) -> Cursor:
    """A cursor whose rows are tuples, left on the server until they are fetched."""
    return connection.cursor(_cursors.SSCursor)


def count_warnings(connection: Connection) -> int:
    """Warnings of the last statement. Only the connections made here can say: mysqlclient's cursors do since 2.3."""
    return int(cast(Any, connection).warning_count())


def limit_statement(cursor: Cursor, length_bytes: int) -> None:
    """Have ``executemany`` make statements of at most so many bytes. PyMySQL's stubs have it for all cursors only."""
    cast(Any, cursor).max_stmt_length = length_bytes


def _connect_compiled(options: dict[str, Any]) -> Connection:
    import MySQLdb.connections

    return MySQLdb.connections.Connection(**options)


def _connect_pure(options: dict[str, Any]) -> Connection:
    import pymysql.connections

    class PureConnection(pymysql.connections.Connection):
        """PyMySQL's connection, with the one method that only mysqlclient has."""

        _result: Any

        def warning_count(self) -> int:
            return int(self._result.warning_count) if self._result else 0

    return PureConnection(**_pure_options(options))


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
