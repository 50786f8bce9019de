"""Step 5c, what the day just merged means for other readings: which ones are doubtful, and the marks of later days.

Input: the day just merged, and the machines whose reading may be doubtful. Output: rows of ``doubtful_readings``, and
``quality`` and ``quality_code`` of the following readings, so that both are the same in whatever order days arrive. A
later reading that now looks wrong keeps its value and gets the mark; a doubtful one waits for a person. Nothing is
rejected (docs/decisions/0010, 0039).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from cmms.database import Cursor, execute, query, read_value
from cmms.settings import Settings
from cmms.sync.merge.chain_marks import chain_codes
from cmms.sync.merge.judge_machines import judge_machines, read_most
from cmms.sync.validate.judge_readings import USUAL_DAY, allowed_growth, limits_of


def flag_following_days(
    cursor: Cursor, *, day: date, sync_log_id: int, settings: Settings, doubtful: Collection[int] | None = ()
) -> int:
    """Judge what this run has written on ``day``, and recompute the marks of the readings that follow.

    Most machines have no doubtful reading: of those one statement reads the next reading. The others are walked
    through.

    Args:
        cursor: of the merge's transaction.
        day: just merged.
        sync_log_id: of the run.
        settings: with the limits.
        doubtful: machines whose reading of the day may be doubtful, as validation has found; None: any.

    Returns:
        How many doubts and marks changed.
    """
    written = {"day": day, "sync_log_id": sync_log_id}
    if doubtful is None:
        doubtful = _find_machines(cursor, "sync/merge/written_machines", written)
    walked = {*doubtful, *_find_machines(cursor, "sync/merge/untrusted_from", written)}
    changes: list[dict[str, Any]] = []
    execute(cursor, "sync/merge/has_later_day", {"day": day})
    if read_value(cursor):
        changes = _following_marks(cursor, written, walked, settings)
    for change in changes:
        execute(cursor, "sync/merge/set_quality", change)
    judged = judge_machines(cursor, sorted(walked), first_day=day, settings=settings) if walked else 0
    return len(changes) + judged


def _find_machines(cursor: Cursor, statement: str, written: dict[str, Any]) -> set[int]:
    return {int(row["equipment_id"]) for row in query(cursor.connection, statement, written)}


def _following_marks(
    cursor: Cursor, written: dict[str, Any], walked: set[int], settings: Settings
) -> list[dict[str, Any]]:
    """New marks of the readings that follow; adds machines whose following reading may be doubtful to ``walked``."""
    most, limits, day = read_most(cursor.connection), limits_of(settings), written["day"]
    changes = []
    for row in query(cursor.connection, "sync/merge/following_readings", written):
        equipment_id = int(row["equipment_id"])
        if equipment_id in walked:
            continue
        allowed = allowed_growth(day, row["date"], limits, most=most.get(equipment_id, USUAL_DAY))
        if limits.sigmas is not None or int(row["growth"]) > allowed:
            walked.add(equipment_id)
            continue
        codes = chain_codes(row, day=day, rules=settings.rules)
        if codes != row["quality_code"]:
            changes.append({"id": row["id"], "quality": "warning" if codes else "ok", "quality_code": codes})
    return changes
