"""Words, colours and signs of comparisons with the source."""

from __future__ import annotations

from cmms_ui.definition.status import Status, Statuses

RECONCILIATION_STATES: Statuses = {
    "running": Status("Running", "info", "▶"),
    "equal": Status("Equal", "good", "✓"),
    "differs": Status("Differs", "bad", "≠"),
    "failed": Status("Failed", "bad", "✕"),
}
