"""Values of the database as text and JSON. Input: rows. Output: what a grid, a page or the REST API shows.

Exact decimals: the REST API gets them as strings; the grid gets numbers, for it only shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cmms_ui.definition.schema import Column

NOTHING = "–"


def to_json(row: Mapping[str, Any], columns: Iterable[Column]) -> dict[str, Any]:
    """The columns of a row as JSON values: instants with zone, decimals as strings."""
    return {column.name: _plain(row[column.name], column) for column in columns}


def to_grid(row: Mapping[str, Any], columns: Iterable[Column]) -> dict[str, Any]:
    """The same for the grid: decimals as numbers."""
    plain = to_json(row, columns)
    return {
        name: float(value) if isinstance(row[name], Decimal) and value is not None else value
        for name, value in plain.items()
    }


def _plain(value: Any, column: Column) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if column.kind == "integer" else str(value)
    if column.kind == "boolean" and value is not None:
        return bool(value)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def hours_text(value: Decimal | None) -> str:
    """``1,234.50``: hours as lists show them (``cmmsHours`` in ``browser/cells.js``), two to three decimals."""
    if value is None:
        return NOTHING
    whole, _, decimals = f"{value:,.3f}".partition(".")
    return f"{whole}.{decimals[:2]}{decimals[2:].rstrip('0')}"


def to_text(value: Any, column: Column) -> str:
    """A value as a person reads it; instants are shown in UTC and named so."""
    if value is None or value == "":
        return NOTHING
    if column.choices and isinstance(value, str):
        return column.label_of(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if column.kind == "integer" and not isinstance(value, str):
        return f"{int(value):,}" if column.name not in ("id", "sync_log_id") else str(value)
    if isinstance(value, Decimal):
        return hours_text(value) if column.kind == "hours" else f"{value:,}"
    if column.kind == "boolean":
        return "Yes" if value else "No"
    return str(value)
