"""What an alert said when it was sent, and the run that it is about."""

from __future__ import annotations

from dataclasses import dataclass

from cmms.figures.typed_rows import read_typed


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertText:
    """``body`` is the JSON text that was stored with the alert; the rest is None when it is about no run."""

    body: str | None
    sync_log_id: int | None
    dag_id: str | None
    run_id: str | None


def alert_text(alert_id: int) -> AlertText | None:
    """NOT-02: None when the clean-up has removed it."""
    return next(iter(read_typed(AlertText, "figures/alert_text", {"id": alert_id})), None)
