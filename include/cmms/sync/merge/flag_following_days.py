"""Step 5c, a reading that came or changed in the past: mark the next stored reading anew, reject nothing.

Input: the day just merged. Output: ``quality`` and ``quality_code`` of the following readings, so that the marks
are the same in whatever order days arrive. A later reading that now looks wrong keeps its value and gets the mark.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from cmms.database import Cursor, execute, query, read_value
from cmms.settings import Rules

CHAIN_CODES = frozenset({"COUNTER_DECREASED", "COUNTER_NOT_ADVANCED", "HOURS_MISMATCH"})
"""Codes that depend on the reading before; all others belong to the record itself."""


def flag_following_days(cursor: Cursor, *, day: date, sync_log_id: int, rules: Rules) -> int:
    """Recompute the marks of the readings that follow the ones written on ``day`` by this run.

    Returns:
        How many marks changed.
    """
    execute(cursor, "sync/merge/has_later_day", {"day": day})
    if not read_value(cursor):
        return 0
    changes = []
    for row in query(cursor.connection, "sync/merge/following_readings", {"day": day, "sync_log_id": sync_log_id}):
        codes = chain_codes(row, day=day, rules=rules)
        if codes != row["quality_code"]:
            changes.append({"id": row["id"], "quality": "warning" if codes else "ok", "quality_code": codes})
    for change in changes:
        execute(cursor, "sync/merge/set_quality", change)
    return len(changes)


def chain_codes(row: dict[str, Any], *, day: date, rules: Rules) -> str | None:
    """The codes that a stored reading has, given the reading before it (on ``day``); None when there are none.

    Args:
        row: date, quality_code, running_hours, growth (thousandths) and is_accepted of the stored reading.
        day: of the reading before.
        rules: progression and tolerance.
    """
    codes = set((row["quality_code"] or "").split(",")) - CHAIN_CODES - {""}
    growth, hours = int(row["growth"]), int(row["running_hours"])
    if not row["is_accepted"]:
        if growth < 0:
            codes.add("COUNTER_DECREASED")
        elif growth == 0 and (hours > 0 or rules.strict_progression):
            codes.add("COUNTER_NOT_ADVANCED")
        if row["date"] == day + timedelta(days=1) and abs(growth - hours) > int(rules.hours_mismatch_tolerance * 1000):
            codes.add("HOURS_MISMATCH")
    return ",".join(sorted(codes)) or None
