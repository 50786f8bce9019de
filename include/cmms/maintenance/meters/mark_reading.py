"""Doubts and marks of stored readings follow a meter change on its day, and a new limit of the counter.

Input: a machine, and the day of a change that is declared, moved or withdrawn. Output: rows of ``doubtful_readings``,
``quality`` and ``quality_code`` of readings, as the sync would give them now. A doubtful reading of that day is
answered by the change.
"""

from __future__ import annotations

from datetime import date

from cmms.database import Cursor, execute
from cmms.settings.stored_versions import current_settings
from cmms.sync.merge.judge_machines import judge_machines

_FIRST_DAY = date(1000, 1, 1)
"""Before any day that a DATE column holds."""


def mark_reading(cursor: Cursor, equipment_id: int, day: date) -> bool:
    """Judge the readings of the machine once more from that day on; whether anything has changed."""
    settings = current_settings(cursor.connection)[0]
    execute(cursor, "maintenance/meters/answer_doubt", {"equipment_id": equipment_id, "day": day})
    return judge_machines(cursor, [equipment_id], first_day=day, settings=settings) > 0


def mark_all_readings(cursor: Cursor, equipment_id: int) -> None:
    """Judge all readings of the machine once more: its counter has another limit a day."""
    settings = current_settings(cursor.connection)[0]
    judge_machines(cursor, [equipment_id], first_day=_FIRST_DAY, last_day=date.max, settings=settings)
