"""Words, colours and signs of machines: whether they are in use, and how they do."""

from __future__ import annotations

from cmms_ui.definition.status import IN_USE, Status, Statuses

MACHINE_STATES: Statuses = {**IN_USE, "missing": Status("Not in feed", "warn", "?")}
HEALTH_STATES: Statuses = {
    "overdue": Status("Overdue", "bad", "‼"),
    "due": Status("Due", "bad", "!"),
    "rejected": Status("Rejected records", "bad", "!"),
    "upcoming": Status("Upcoming", "warn", "▲"),
    "missing": MACHINE_STATES["missing"],
    "no_reading": Status("No reading", "idle", "·"),
    "warning": Status("Warning", "warn", "▲"),
    "fine": Status("OK", "good", "✓"),
    "suspended": Status("Suspended", "idle", "Ⅱ"),
    "no_plan": Status("No plan", "idle", "–"),
}
"""The worst that is true of a machine."""
