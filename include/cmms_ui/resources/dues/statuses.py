"""Words, colours and signs of what has become due."""

from __future__ import annotations

from cmms_ui.definition.status import Status, Statuses

DUE_STATES: Statuses = {
    "open": Status("Open", "bad", "!"),
    "ordered": Status("Ordered", "info", "▶"),
    "done": Status("Done", "good", "✓"),
    "waived": Status("Waived", "idle", "⊘"),
    "withdrawn": Status("No longer due", "idle", "–"),
}
