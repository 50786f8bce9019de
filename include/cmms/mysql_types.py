"""What is used of a MySQL driver's connections and cursors: types for mypy, which mysqlclient and PyMySQL both satisfy.

The methods are those of PEP 249, and the few of MySQL's own that both drivers have. Each may raise
:data:`cmms.mysql_driver.Error`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

Row = Sequence[Any]


class AnyCursor(Protocol):
    """What a cursor does, of whatever kind its rows are."""

    @property
    def connection(self) -> Connection:
        """The session that the cursor belongs to."""

    @property
    def lastrowid(self) -> Any:
        """The number that the server gave to the row just inserted; whole."""

    def execute(self, statement: str, parameters: Any = None, /) -> int:
        """Rows affected, or found."""

    def executemany(self, statement: str, rows: Sequence[Any], /) -> int | None:
        """Rows affected; None when there were no rows."""

    def close(self) -> None:
        """Free the rows that were not fetched."""


class Cursor(AnyCursor, Protocol):
    """A cursor whose rows are tuples."""

    def fetchone(self) -> Row | None:
        """The next row."""

    def fetchmany(self, size: int, /) -> Sequence[Row]:
        """The next rows, at most ``size``."""

    def fetchall(self) -> Sequence[Row]:
        """All further rows."""


class DictCursor(AnyCursor, Protocol):
    """A cursor whose rows are dictionaries by column name."""

    def fetchall(self) -> Sequence[dict[str, Any]]:
        """All further rows."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The further rows, one by one."""


class Connection(Protocol):
    """A session on the server."""

    def cursor(self, kind: Any = None, /) -> Cursor:
        """A cursor whose rows are tuples; ``kind`` is one of the driver's other classes."""

    def commit(self) -> None:
        """End the transaction, its changes stay."""

    def rollback(self) -> None:
        """End the transaction, its changes are undone."""

    def close(self) -> None:
        """End the session."""

    def autocommit(self, is_on: bool, /) -> None:
        """Whether each statement is a transaction of its own."""

    def select_db(self, schema: str, /) -> None:
        """Choose the default schema."""

    def get_server_info(self) -> str:
        """The server's version."""
