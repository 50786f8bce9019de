"""Words, colours and signs of doubtful readings, and of whether a reading is trusted."""

from __future__ import annotations

from cmms_ui.definition.status import Status, Statuses

DOUBT_STATES: Statuses = {
    "open": Status("Open", "warn", "?"),
    "accepted": Status("Accepted", "good", "✓"),
    "void": Status("Void", "idle", "⊘"),
    "meter_change": Status("Meter changed", "info", "↻"),
}

TRUST_STATES: Statuses = {
    "trusted": Status("Trusted", "good", "✓"),
    "doubtful": Status("Doubtful", "warn", "?"),
    "void": Status("Void", "idle", "⊘"),
}
