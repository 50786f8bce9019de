"""Words, colours and signs of runs."""

from __future__ import annotations

from cmms_ui.definition.status import Status, Statuses

RUN_STATES: Statuses = {
    "queued": Status("Queued", "idle", "…"),
    "running": Status("Running", "info", "▶"),
    "paused": Status("Paused", "warn", "Ⅱ"),
    "success": Status("Success", "good", "✓"),
    "partial": Status("Partial", "warn", "◐"),
    "failed": Status("Failed", "bad", "✕"),
    "cancelled": Status("Cancelled", "idle", "⊘"),
}
