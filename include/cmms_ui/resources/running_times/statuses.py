"""Words, colours and signs of readings."""

from __future__ import annotations

from cmms_ui.definition.status import Status, Statuses

QUALITIES: Statuses = {
    "ok": Status("OK", "good", "✓"),
    "warning": Status("Warning", "warn", "▲"),
}
