"""Single raw records, written by hand: right unless a test says otherwise."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from tests.sync.site import DAY

MACHINE: dict[str, Any] = {
    "SWERK": "P001",
    "EQUNR": "000123",
    "BUKRS": "1000",
    "EQKTU": "PUMP",
    "OBJNR": "IE000123",
    "POINT": "77",
    "CREATED_AT": "2026-01-01T06:00:00Z",
}
ABSENT = object()
"""Value of a key that is left out."""


def machine(number: str = "000123", **fields: Any) -> str:
    """Raw equipment record."""
    return write({**MACHINE, "EQUNR": number, **fields})


def reading(
    number: str = "000123", day: date = DAY, *, hours: Any = "8.000", counter: Any = "5000.000", **fields: Any
) -> str:
    """Raw running-time record of a day."""
    record = {
        **MACHINE,
        "EQUNR": number,
        "CREATED_AT": f"{day}T23:30:00Z",
        "DATE": day.isoformat(),
        "DATE_TIME": f"{day}T21:00:00Z",
        "RECDV": hours,
        "CNTRR": counter,
        "MDTXT": "as read",
        **fields,
    }
    return write(record)


def write(record: dict[str, Any]) -> str:
    """JSON text of a record without its absent keys."""
    return json.dumps({name: value for name, value in record.items() if value is not ABSENT}, ensure_ascii=False)
