"""Words, colours and signs of rejected records."""

from __future__ import annotations

from cmms_ui.definition.status import Status, Statuses

REJECT_STATES: Statuses = {
    "open": Status("Open", "bad", "!"),
    "acknowledged": Status("Acknowledged", "warn", "◔"),
    "retrying": Status("Retrying", "info", "↻"),
    "resolved": Status("Resolved", "good", "✓"),
    "discarded": Status("Discarded", "idle", "⊘"),
}
