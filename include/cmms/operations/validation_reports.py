"""Reports of validations (:mod:`cmms.operations.validate_stored`): opened by the request, closed by the validation.

Input: who asks, and for which machines. Output: rows of ``validation_reports``. Without the libraries of the rules, so
that an API server can open one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from cmms.database import Connection, Cursor, execute, run_transaction

DEFAULT_DAYS = 7
RETAINED_REPORTS = 50
_ABANDONED_HOURS = 2


def open_report(cursor: Cursor, *, asked_by: str, equipment_ids: Sequence[int] | None, days: int) -> int:
    """Open a report on these machines (None: all) and forget the oldest ones; returns its id."""
    _abandon(cursor)
    scope = None if equipment_ids is None else json.dumps([int(key) for key in equipment_ids])
    execute(cursor, "operations/validation/open_report", {"asked_by": asked_by[:120], "scope": scope, "days": days})
    report_id = int(cursor.lastrowid)
    for table in ("findings", "reports"):
        execute(cursor, f"operations/validation/drop_old_{table}", {"oldest": report_id - RETAINED_REPORTS + 1})
    return report_id


def close_abandoned_reports(connection: Connection) -> int:
    """Close the reports whose process is gone; returns how many."""
    return run_transaction(connection, _abandon, what="closing abandoned validation reports")


def _abandon(cursor: Cursor) -> int:
    return execute(cursor, "operations/validation/abandon_reports", {"hours": _ABANDONED_HOURS})


def reopen_report(connection: Connection, report_id: int) -> None:
    """Start over after an attempt that failed or was killed; a finished report stays as it is."""

    def work(cursor: Cursor) -> None:
        if execute(cursor, "operations/validation/reopen_report", {"id": report_id}):
            execute(cursor, "operations/validation/drop_findings", {"id": report_id})

    run_transaction(connection, work, what="opening a validation report again")


def close_report(connection: Connection, report_id: int, status: str, message: str | None) -> None:
    """Close a report; one that is closed already stays as it is."""
    facts = {"id": report_id, "status": status, "error_message": message and message[:500]}
    run_transaction(
        connection,
        lambda cursor: execute(cursor, "operations/validation/close_report", facts),
        what="closing a validation report",
    )
