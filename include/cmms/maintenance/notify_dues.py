"""The alert about machines that have become due: one per evaluation, in the transaction that opens the dues.

Input: numbers of the machines. Output: a row of ``alert_events``. It stays open until none of its dues is open
(``alerts/resolve_due_alerts``, run by the watchdog); what becomes due later raises a new alert.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from cmms.alerts.records import Alert, from_database, to_database
from cmms.database import Cursor, execute, query
from cmms.sync.runs.levels import respond_by

RULE = "maintenance_due"
ADVICE = "Open the list of maintenance due and create work orders for what has to be done."
_NAMED = 20


@dataclass(frozen=True)
class DueAlert:
    """The alert of an evaluation; ``machines`` are all that it has found due so far."""

    event_id: int
    fingerprint: str
    machines: frozenset[str]
    dues: int


def notify_dues(cursor: Cursor, machines: Sequence[str], first_due_id: int, raised: DueAlert | None) -> DueAlert:
    """Raise the alert of an evaluation, or add these dues to the alert that it has raised already.

    Args:
        cursor: of the transaction that has opened the dues.
        machines: number of the machine of each due that has just been opened.
        first_due_id: id of one of these dues; makes the alert unique.
        raised: the alert that this evaluation has raised already; None: none yet.
    """
    now = query(cursor.connection, "now")[0]["now"]
    numbers = frozenset(machines) | (raised.machines if raised else frozenset())
    dues = len(machines) + (raised.dues if raised else 0)
    fingerprint = raised.fingerprint if raised else f"{RULE}:{first_due_id}"
    at = from_database(now)
    alert = Alert(
        rule_key=RULE,
        fingerprint=fingerprint,
        level="medium",
        title=title_of(numbers),
        facts=(("Maintenance due", str(dues)), ("Machines", _name(numbers))),
        advice=ADVICE,
        at=at,
        respond_by=respond_by("medium", at),
    )
    values = {"title": alert.title[:200], "body": json.dumps({"firing": alert.to_dict()}), "at": now}
    if raised:
        execute(cursor, "maintenance/extend_alert", {**values, "id": raised.event_id})
        return DueAlert(raised.event_id, fingerprint, numbers, dues)
    limit = to_database(alert.respond_by) if alert.respond_by else None
    execute(cursor, "maintenance/insert_alert", {**values, "fingerprint": fingerprint, "respond_by": limit})
    return DueAlert(int(cursor.lastrowid), fingerprint, numbers, dues)


def title_of(numbers: frozenset[str]) -> str:
    """The title of the alert."""
    if len(numbers) == 1:
        return f"{next(iter(numbers))} has become due for maintenance"
    return f"{len(numbers):,} machines have become due for maintenance"


def _name(numbers: frozenset[str]) -> str:
    named = ", ".join(sorted(numbers)[:_NAMED])
    return f"{named} and {len(numbers) - _NAMED:,} more" if len(numbers) > _NAMED else named
