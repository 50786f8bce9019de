"""Read the rows of a SELECT one by one, so that memory is bounded by a row and not by the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from cmms.database import Connection, execute, translated_errors


def stream_rows(
    connection: Connection, statement: str, parameters: Mapping[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """Rows of the statement file as dicts, from a cursor on the server.

    Nothing else can be asked on ``connection`` until the iterator is exhausted or closed.

    Raises:
        DatabaseUnavailable, DatabaseRefused: from the server.
    """
    from cmms.mysql_driver import streaming_dict_cursor

    with translated_errors(statement), closing(streaming_dict_cursor(connection)) as cursor:
        execute(cursor, statement, parameters)
        yield from cursor
