"""Words, colours and signs of work orders."""

from __future__ import annotations

from cmms_ui.definition.status import Status, Statuses

ORDER_STATES: Statuses = {
    "open": Status("Open", "bad", "!"),
    "in_progress": Status("In progress", "info", "▶"),
    "on_hold": Status("On hold", "warn", "Ⅱ"),
    "completed": Status("Completed", "good", "✓"),
    "closed": Status("Closed", "idle", "✓"),
    "cancelled": Status("Cancelled", "idle", "⊘"),
}
