"""A schema as a file of SQL, without a client program. Input: a connection. Output: gzipped statements, one a line."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import MySQLdb
from MySQLdb._mysql import escape_string

FOLDER = "@FOLDER@"
"""Stands for the folder of the site, which is another one in each test."""


def write_dump(database: dict[str, Any], file: Path, folders: dict[str, str]) -> None:
    """Write tables and rows; generated columns are left to the server. ``folders``: what stands for a path."""
    with closing(MySQLdb.connect(**database, charset="utf8mb4", conv={})) as connection:
        text = "\n".join(_statements(connection.cursor(), database["database"]))
    for path, name in folders.items():
        text = text.replace(path, name)
    file.write_bytes(gzip.compress(text.encode(), mtime=0))


def read_dump(database: dict[str, Any], file: Path, folder: str) -> None:
    """Fill an empty schema."""
    with closing(MySQLdb.connect(**database, charset="utf8mb4", autocommit=True)) as connection:
        cursor = connection.cursor()
        for line in gzip.decompress(file.read_bytes()).decode().replace(FOLDER, folder).split("\n"):
            cursor.execute(line)


def _statements(cursor: Any, schema: str) -> Iterator[str]:
    yield "SET foreign_key_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES', time_zone = '+00:00'"
    cursor.execute("SET time_zone = '+00:00'")
    cursor.execute("SHOW FULL TABLES WHERE table_type = 'BASE TABLE'")
    for table, _ in [[_text(value) for value in row] for row in cursor.fetchall()]:
        if table.startswith("stg_"):
            continue
        cursor.execute(f"SHOW CREATE TABLE `{table}`")
        yield " ".join(_text(cursor.fetchone()[1]).split("\n"))
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
            " AND generation_expression = '' ORDER BY ordinal_position",
            (schema.encode(), table.encode()),
        )
        columns = [(_text(name), _text(kind).endswith(("blob", "binary"))) for name, kind in cursor.fetchall()]
        chosen = ", ".join(f"HEX(`{name}`)" if is_binary else f"`{name}`" for name, is_binary in columns)
        names = ", ".join(f"`{name}`" for name, _ in columns)
        cursor.execute(f"SELECT {chosen} FROM `{table}`")
        rows = cursor.fetchall()
        for begin in range(0, len(rows), 50):
            values = (
                "("
                + ", ".join(_literal(value, is_binary) for value, (_, is_binary) in zip(row, columns, strict=True))
                + ")"
                for row in rows[begin : begin + 50]
            )
            yield f"INSERT INTO `{table}` ({names}) VALUES {', '.join(values)}"


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _literal(value: Any, is_binary: bool) -> str:
    if value is None:
        return "NULL"
    if is_binary:
        return f"x'{_text(value)}'"
    return "'" + escape_string(_text(value)).decode() + "'"
