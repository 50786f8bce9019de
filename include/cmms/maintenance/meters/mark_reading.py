"""Doubts and marks of stored readings follow a meter change that is declared, moved or withdrawn on its day.

Input: a machine and a day. Output: rows of ``doubtful_readings``, ``quality`` and ``quality_code`` of readings, as the
sync would give them now. A doubtful reading of that day is answered by the change.
"""

from __future__ import annotations

from datetime import date

from cmms.database import Cursor, execute
from cmms.settings.stored_versions import current_settings
from cmms.sync.merge.judge_machines import judge_machines


def mark_reading(cursor: Cursor, equipment_id: int, day: date) -> bool:
    """Judge the readings of the machine once more from that day on; whether anything has changed."""
    settings = current_settings(cursor.connection)[0]
    execute(cursor, "maintenance/meters/answer_doubt", {"equipment_id": equipment_id, "day": day})
    return judge_machines(cursor, [equipment_id], first_day=day, settings=settings) > 0
