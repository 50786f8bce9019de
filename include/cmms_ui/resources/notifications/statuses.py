"""Words, colours and signs of alerts."""

from __future__ import annotations

from cmms_ui.definition.status import Status, Statuses

ALERT_STATES: Statuses = {
    "firing": Status("Firing", "bad", "!"),
    "acknowledged": Status("Acknowledged", "warn", "◔"),
    "resolved": Status("Resolved", "good", "✓"),
}
