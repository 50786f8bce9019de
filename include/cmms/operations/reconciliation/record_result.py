"""Record a reconciliation in ``reconciliations``, so that people can read its result in the view.

Input: the DAG run, its days and plants, then the report or the error. Output: one row per DAG run; the newest
:data:`RETAINED_RESULTS` stay. Each write is a session of its own: the reconciliation itself reads only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cmms.database import Cursor, execute, run_transaction, session
from cmms.errors import Failure
from cmms.operations.reconciliation.report import Report

RETAINED_RESULTS = 50


@dataclass
class Recorder:
    """Takes progress and the report of one reconciliation; :func:`record_result` writes how it ended."""

    key: int
    report: Report | None = field(default=None)

    def note_progress(self, done: int, total: int) -> None:
        """Write how many requests of how many are done."""
        _write(
            "operations/reconciliation/note_progress",
            {"id": self.key, "steps": total, "steps_done": done},
            "noting progress",
        )


@contextmanager
def record_result(
    dag_id: str, run_id: str, asked_by: str, first: date, last: date, plant_codes: Sequence[str]
) -> Iterator[Recorder]:
    """Open the row, and close it with the report that the block left, or with the error that ended the block.

    Raises:
        DatabaseUnavailable, DatabaseRefused: the row cannot be written.
    """
    facts = {
        "dag_id": dag_id,
        "run_id": run_id,
        "asked_by": asked_by[:120],
        "first_day": first,
        "last_day": last,
        "plant_codes": json.dumps(list(plant_codes)) if plant_codes else None,
    }
    with session() as connection:
        recorder = Recorder(run_transaction(connection, lambda cursor: _open(cursor, facts), what="opening a result"))
    try:
        yield recorder
    except Exception as error:
        _close(recorder, "failed", str(Failure.of(error)))
        raise
    if recorder.report is not None:
        _close(recorder, "equal" if recorder.report.is_equal else "differs", None)


def _open(cursor: Cursor, facts: dict[str, Any]) -> int:
    execute(cursor, "operations/reconciliation/open_result", facts)
    key = int(cursor.lastrowid)
    execute(cursor, "operations/reconciliation/abandon_results", {"id": key})
    execute(cursor, "operations/reconciliation/drop_old_results", {"oldest": key - RETAINED_RESULTS + 1})
    return key


def _close(recorder: Recorder, status: str, message: str | None) -> None:
    report = recorder.report
    found = report.to_dict() if report else None
    if found:
        found["figures"] = [row for row in found["figures"] if row["differences"]]
    figures = report.figures if report else []
    facts = {
        "id": recorder.key,
        "status": status,
        "source_records": sum(row.source for row in figures),
        "waiting_records": sum(row.waiting for row in figures),
        "stored_records": sum(row.stored for row in figures),
        "differences": report.total if report else 0,
        "report": json.dumps(found) if found else None,
        "error_message": message and message[:500],
    }
    _write("operations/reconciliation/close_result", facts, "closing a result")


def _write(statement: str, facts: dict[str, Any], what: str) -> None:
    with session() as connection:
        run_transaction(connection, lambda cursor: execute(cursor, statement, facts), what=what)
