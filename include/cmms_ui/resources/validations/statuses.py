"""Words, colours and signs of validations of what is stored, and of their findings."""

from __future__ import annotations

from cmms_ui.definition.status import Status, Statuses

REPORT_STATES: Statuses = {
    "running": Status("Running", "info", "▶"),
    "success": Status("Success", "good", "✓"),
    "failed": Status("Failed", "bad", "✕"),
}
SEVERITIES: Statuses = {
    "critical": Status("Critical", "bad", "‼"),
    "warning": Status("Warning", "warn", "▲"),
}
