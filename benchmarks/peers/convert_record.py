"""One record of the source -> values of the column types. Nothing is judged; what a column cannot hold is no row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

# column: field, longest text (None: TEXT), may be null
_TEXTS = {
    "equipment_number": ("EQUNR", 50, False),
    "plant_code": ("SWERK", 10, False),
    "point": ("POINT", 20, True),
    "description": ("MDTXT", None, True),
    "company_code": ("BUKRS", 10, True),
    "equipment_description": ("EQKTU", 500, True),
    "object_number": ("OBJNR", 30, True),
}
_HOURS = {"running_hours": ("RECDV", Decimal(10) ** 5), "cumulative_hours": ("CNTRR", Decimal(10) ** 13)}


def convert_record(record: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the values of a row, None if the table cannot take it (null key, text too long, no number, no date)."""
    try:
        row: dict[str, Any] = {
            column: _to_text(record.get(field), longest, nullable)
            for column, (field, longest, nullable) in _TEXTS.items()
        }
        for column, (field, limit) in _HOURS.items():
            row[column] = _to_hours(record[field], limit)
        row["date"] = date.fromisoformat(record["DATE"])
        row["date_time"] = _to_instant(record.get("DATE_TIME"))
        row["api_created_at"] = _to_instant(record.get("CREATED_AT"))
    except (ValueError, KeyError, TypeError, InvalidOperation):
        return None
    return row


def _to_text(value: Any, longest: int | None, nullable: bool) -> str | None:
    text = None if value is None else str(value).strip()
    if not text and not nullable:
        raise ValueError("null")
    if text and longest and len(text) > longest:
        raise ValueError("too long")
    return text or None


def _to_hours(value: Any, limit: Decimal) -> Decimal:
    hours = Decimal(value)
    if not 0 <= hours < limit:  # DECIMAL(8,3) and DECIMAL(16,3), and the table's check
        raise ValueError("out of range")
    return hours


def _to_instant(value: Any) -> datetime | None:
    """Return UTC without zone, as DATETIME holds it; a timestamp without zone is UTC."""
    if value is None:
        return None
    if len(value) == 14 and value.isdigit():
        return datetime.strptime(value, "%Y%m%d%H%M%S")  # noqa: DTZ007
    instant = datetime.fromisoformat(value)
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant
