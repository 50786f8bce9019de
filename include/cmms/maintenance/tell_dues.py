"""The alert about machines that have become due: one an evaluation, in the transaction that opens the dues.

Input: numbers of the machines. Output: a row of ``alert_events``. It is open until none of the dues that it tells of is
(``alerts/resolve_settled_dues``, by the watchdog); the next crossing is a new one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from cmms.alerts.records import Alert, from_database, to_database
from cmms.database import Cursor, execute, query
from cmms.sync.runs.levels import respond_by

RULE = "maintenance_due"
ADVICE = "Look at the list of maintenance due, and create work orders for what is to be done."
_NAMED = 20


@dataclass(frozen=True)
class DueAlert:
    """What an evaluation has told so far; ``machines`` are all it has found."""

    event_id: int
    fingerprint: str
    machines: frozenset[str]
    dues: int


def tell_dues(cursor: Cursor, machines: Sequence[str], first_due_id: int, told: DueAlert | None) -> DueAlert:
    """Raise the alert of an evaluation, or let the one it has raised already tell of these dues too.

    Args:
        cursor: of the transaction that has opened the dues.
        machines: number of the machine of each due that has just been opened.
        first_due_id: id of one of them, by which this alert is no other one.
        told: what this evaluation has told before.
    """
    now = query(cursor.connection, "now")[0]["now"]
    numbers = frozenset(machines) | (told.machines if told else frozenset())
    dues = len(machines) + (told.dues if told else 0)
    fingerprint = told.fingerprint if told else f"{RULE}:{first_due_id}"
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
    if told:
        execute(cursor, "maintenance/extend_alert", {**values, "id": told.event_id})
        return DueAlert(told.event_id, fingerprint, numbers, dues)
    limit = to_database(alert.respond_by) if alert.respond_by else None
    execute(cursor, "maintenance/insert_alert", {**values, "fingerprint": fingerprint, "respond_by": limit})
    return DueAlert(int(cursor.lastrowid), fingerprint, numbers, dues)


def title_of(numbers: frozenset[str]) -> str:
    """What people read in the list of alerts."""
    if len(numbers) == 1:
        return f"{next(iter(numbers))} has become due for maintenance"
    return f"{len(numbers):,} machines have become due for maintenance"


def _name(numbers: frozenset[str]) -> str:
    named = ", ".join(sorted(numbers)[:_NAMED])
    return f"{named} and {len(numbers) - _NAMED:,} more" if len(numbers) > _NAMED else named
