"""Validation of stored machines, asked for by a person. Input: chosen machines. Output: a report and its run.

Validation needs the libraries of the rules, so it is a run of ``cmms_on_request``; the report shows its progress.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cmms.access.actors import Actor, Busy, Capability, Invalid
from cmms.access.audit import audit
from cmms.access.connections import raw_session, write
from cmms.access.read_rows import read_live
from cmms.database import Cursor, query
from cmms.operations.validation_reports import close_report, open_report
from cmms.run_control.ask_for_work import ask_for_work
from cmms.run_control.start_syncs import StartedRun

DAYS_LIMIT = 31


@dataclass(frozen=True)
class StartedValidation:
    """A report that is filled by a run."""

    report_id: int
    run: StartedRun


def start_validation(actor: Actor, keys: Sequence[int], *, days: int, request: str = "") -> StartedValidation:
    """Open a report on these machines and the readings of their newest days, and have it filled.

    Raises:
        Busy: an earlier one of this person is not over.
    """
    actor.require(Capability.TRIGGER)
    if not keys:
        raise Invalid("no equipment was chosen")
    if not 0 <= days <= DAYS_LIMIT:
        raise Invalid("the number of days is out of range", days=f"must be 0 to {DAYS_LIMIT}")
    if read_live("operations/validation/open_report_of", {"asked_by": actor.name[:120]}):
        raise Busy("Another validation of yours is running; try again when it has ended.")

    def work(cursor: Cursor) -> int:
        report_id = open_report(cursor, asked_by=actor.name, equipment_ids=keys, days=days)
        audit(cursor, actor, "validate", "validation_reports", report_id, after={"machines": len(keys), "days": days})
        return report_id

    report_id = write(work, what="opening a validation report")
    try:
        return StartedValidation(report_id, ask_for_work(actor, "validate", {"report": report_id}, request=request))
    except BaseException as error:
        with raw_session() as connection:
            close_report(connection, report_id, "failed", f"its run could not be started: {error}")
        raise


def read_report(report_id: int) -> dict[str, Any]:
    """The report as it stands, and its findings by rule."""
    with raw_session() as connection:
        rows = query(connection, "operations/validation/report", {"id": report_id})
        return (
            {**rows[0], "rules": query(connection, "operations/validation/findings_by_rule", {"id": report_id})}
            if rows
            else {}
        )
