"""Words, colours and signs of the states of a schedule."""

from __future__ import annotations

from cmms_ui.definition.status import Status, Statuses

SCHEDULE_STATES: Statuses = {
    "overdue": Status("Overdue", "bad", "‼"),
    "due": Status("Due", "bad", "!"),
    "upcoming": Status("Upcoming", "warn", "▲"),
    "ok": Status("OK", "good", "✓"),
    "no_reading": Status("No reading", "idle", "·"),
    "suspended": Status("Suspended", "idle", "Ⅱ"),
}
