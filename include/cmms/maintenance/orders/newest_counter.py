"""The newest trusted reading of a machine, as forms suggest it and completions are checked by it."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from decimal import Decimal

from cmms.access.connections import raw_session
from cmms.database import Cursor, query


def find_counter(equipment_id: int) -> Decimal | None:
    """The counter of a machine's newest reading; None if it has none."""
    with raw_session() as connection, closing(connection.cursor()) as cursor:
        return newest_counter(cursor, equipment_id)[0]


def newest_counter(cursor: Cursor, equipment_id: int) -> tuple[Decimal | None, date | None]:
    """Counter and day of the machine's newest reading; None and None if it has none."""
    for row in query(cursor.connection, "maintenance/newest_counter", {"equipment_id": equipment_id}):
        return row["cumulative_hours"], row["date"]
    return None, None
