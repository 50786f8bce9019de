"""Validation of stored machines, asked for by a person. Input: chosen machines. Output: the id of a report.

Judging needs the libraries of the rules, so it runs as a process of its own (``python -m cmms validate``), like a
replay; the report says how far it has come.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from threading import Thread
from typing import Any

from cmms.access.actors import Actor, Busy, Capability, Invalid
from cmms.access.audit import audit
from cmms.access.connections import raw_session, write
from cmms.access.person_places import Place, Places
from cmms.database import Cursor, query
from cmms.operations.validation_reports import close_report, open_report

CONCURRENT_VALIDATIONS = 2
DAYS_LIMIT = 31
_places = Places(each=1, total=CONCURRENT_VALIDATIONS)


def start_validation(actor: Actor, keys: Sequence[int], *, days: int) -> int:
    """Open a report on these machines and the readings of their newest days, and start to judge."""
    actor.require(Capability.TRIGGER)
    if not keys:
        raise Invalid("no equipment was chosen")
    if not 0 <= days <= DAYS_LIMIT:
        raise Invalid("the number of days is out of range", days=f"must be 0 to {DAYS_LIMIT}")
    place = _places.take(actor.name)
    if place is None:
        raise Busy("Another validation of yours, or of others, is running; try again when it has ended.")

    def work(cursor: Cursor) -> int:
        report_id = open_report(cursor, asked_by=actor.name, equipment_ids=keys, days=days)
        audit(cursor, actor, "validate", "validation_reports", report_id, after={"machines": len(keys), "days": days})
        return report_id

    try:
        report_id = write(work, what="opening a validation report")
        Thread(target=_judge, args=(report_id, place), name="cmms-validate", daemon=True).start()
    except BaseException:
        place.leave()
        raise
    return report_id


def read_report(report_id: int) -> dict[str, Any]:
    """The report as it stands, and its findings by rule."""
    with raw_session() as connection:
        rows = query(connection, "operations/validation/report", {"id": report_id})
        return (
            {**rows[0], "rules": query(connection, "operations/validation/findings_by_rule", {"id": report_id})}
            if rows
            else {}
        )


def _judge(report_id: int, place: Place) -> None:
    """Wait for the process, and close the report if it could not."""
    try:
        command = [sys.executable, "-m", "cmms", "validate", "--report", str(report_id)]
        ended = subprocess.run(command, env=os.environ, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if ended.returncode != 0:
            last = next((line for line in reversed(ended.stderr.splitlines()) if line.strip()), "no reason was given")
            with raw_session() as connection:
                close_report(connection, report_id, "failed", last.strip())
    finally:
        place.leave()
