"""The one table of status colours: each status has a colour, a sign and a word, so that colour never stands alone.

A tone's shades for light and dark are in ``tokens.py``; :data:`COLOURS` are the names of Mantine's components for it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Status:
    """How a status is shown. ``tone`` is one of good, info, warn, bad, idle."""

    label: str
    tone: str
    sign: str


COLOURS = {"good": "teal", "info": "blue", "warn": "yellow", "bad": "red", "idle": "gray"}

STATUSES: dict[str, Status] = {
    # equipment
    "active": Status("Active", "good", "✓"),
    "inactive": Status("Inactive", "idle", "–"),
    "missing": Status("Not in feed", "warn", "?"),
    # runs
    "queued": Status("Queued", "idle", "…"),
    "running": Status("Running", "info", "▶"),
    "paused": Status("Paused", "warn", "Ⅱ"),
    "success": Status("Success", "good", "✓"),
    "partial": Status("Partial", "warn", "◐"),
    "failed": Status("Failed", "bad", "✕"),
    "cancelled": Status("Cancelled", "idle", "⊘"),
    # reconciliations
    "equal": Status("Equal", "good", "✓"),
    "differs": Status("Differs", "bad", "≠"),
    # rejected records
    "open": Status("Open", "bad", "!"),
    "acknowledged": Status("Acknowledged", "warn", "◔"),
    "retrying": Status("Retrying", "info", "↻"),
    "resolved": Status("Resolved", "good", "✓"),
    "discarded": Status("Discarded", "idle", "⊘"),
    # alerts
    "firing": Status("Firing", "bad", "!"),
    "critical": Status("Critical", "bad", "‼"),
    "high": Status("High", "bad", "!"),
    "medium": Status("Medium", "warn", "▲"),
    "low": Status("Low", "info", "▽"),
    "info": Status("Info", "idle", "i"),
    # readings
    "ok": Status("OK", "good", "✓"),
    "warning": Status("Warning", "warn", "▲"),
    # maintenance
    "overdue": Status("Overdue", "bad", "‼"),
    "due": Status("Due", "bad", "!"),
    "upcoming": Status("Upcoming", "warn", "▲"),
    "no_plan": Status("No plan", "idle", "–"),
    "suspended": Status("Suspended", "idle", "Ⅱ"),
    "fine": Status("Fine", "good", "✓"),
    "rejected": Status("Rejected records", "bad", "!"),
    "ordered": Status("Ordered", "info", "▶"),
    "done": Status("Done", "good", "✓"),
    "waived": Status("Waived", "idle", "⊘"),
    "withdrawn": Status("Not due any more", "idle", "–"),
    # work orders
    "in_progress": Status("In progress", "info", "▶"),
    "on_hold": Status("On hold", "warn", "Ⅱ"),
    "completed": Status("Completed", "good", "✓"),
    "closed": Status("Closed", "idle", "✓"),
    "no_reading": Status("No reading", "idle", "·"),
}


def find_status(value: object) -> Status:
    """The status of a stored value; an unknown one is shown as it is."""
    return STATUSES.get(str(value), Status(str(value), "idle", "·"))
