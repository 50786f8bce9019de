"""The columns of a stream in a statement. Input: its text and the stream. Output: the text, its placeholders filled in.

::

    {columns}      point, date_time, ...
    {staged}       s.point, s.date_time, ...
    {values}       %(point)s, %(date_time)s, ...
    {definitions}  point VARCHAR(20) ... NULL, date_time DATETIME(3) NULL, ...
    {same}         t.point <=> s.point AND t.date_time <=> s.date_time ...
    {assignments}  point = s.point, date_time = s.date_time, ...
    {before}       'point', t.point, 'date_time', CAST(t.date_time AS CHAR), ...
    {read}         t.point, t.date_time, CAST(t.running_hours * 1000 AS SIGNED) AS running_hours, ...
    {text}         IFNULL(CONCAT('=', point), '-'), IFNULL(CONCAT('=', date_time), '-'), ...
    {remembered}   COUNT(point) > 0 AS point, ...: of the fields that must not vanish from the input
    {table}        equipment_running_times

``s`` is the staged row, ``t`` the stored one. ``{read}`` gives values as the parser does, ``{text}`` the text by which
rows are compared as a whole. Names are part of the package, never data, and checked nevertheless.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cmms.streams.stream import Field, Stream

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def fill_columns(text: str, stream: Stream) -> str:
    """Fill in what a statement leaves to the stream.

    Raises:
        ValueError: the name of the table or of a field is no plain identifier.
    """
    for name in (stream.table, *(field.name for field in stream.columns)):
        if not _NAME.fullmatch(name):
            raise ValueError(f"no name of a table or column: {name!r}")
    text = text.replace("{table}", stream.table)
    text = text.replace("{remembered}", ", ".join(f"COUNT({name}) > 0 AS {name}" for name in stream.remembered))
    for placeholder, (write, between) in _PLACEHOLDERS.items():
        text = text.replace(f"{{{placeholder}}}", between.join(write(field) for field in stream.columns))
    return text


def _before(field: Field) -> str:
    value = f"t.{field.name}" if field.kind == "text" else f"CAST(t.{field.name} AS CHAR)"
    return f"'{field.name}', {value}"


def _read(field: Field) -> str:
    column = f"t.{field.name}"
    return f"CAST({column} * 1000 AS SIGNED) AS {field.name}" if field.is_number else column


_PLACEHOLDERS: dict[str, tuple[Callable[[Field], str], str]] = {
    "columns": (lambda field: field.name, ", "),
    "staged": (lambda field: f"s.{field.name}", ", "),
    "values": (lambda field: f"%({field.name})s", ", "),
    "definitions": (lambda field: f"{field.name} {field.sql_type}", ",\n  "),
    "same": (lambda field: f"t.{field.name} <=> s.{field.name}", " AND "),
    "assignments": (lambda field: f"{field.name} = s.{field.name}", ", "),
    "before": (_before, ", "),
    "read": (_read, ", "),
    "text": (lambda field: f"IFNULL(CONCAT('=', {field.name}), '-')", ", "),
}
