"""The marks of a stored reading follow a meter change that is declared, moved or withdrawn on its day.

Input: a machine and a day. Output: ``quality`` and ``quality_code`` of the reading, as the sync would give them now.
"""

from __future__ import annotations

from datetime import date

from cmms.database import Cursor, execute, query
from cmms.settings.stored_versions import current_settings
from cmms.sync.merge.flag_following_days import chain_codes


def mark_reading(cursor: Cursor, equipment_id: int, day: date) -> bool:
    """Compare the reading of a day with the one before it once more; whether its marks have changed."""
    asked = {"equipment_id": equipment_id, "day": day}
    rules = current_settings(cursor.connection)[0].rules
    for row in query(cursor.connection, "maintenance/meters/reading_in_chain", asked):
        codes = chain_codes(row, day=row["previous_date"], rules=rules)
        if codes != row["quality_code"]:
            mark = {"id": row["id"], "quality": "warning" if codes else "ok", "quality_code": codes}
            execute(cursor, "sync/merge/set_quality", mark)
            return True
    return False
