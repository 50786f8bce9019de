"""Report that source and CMMS differ: one alert while they do, resolved when they are equal again.

Input: what a reconciliation found. Output: the alert in the outbox, sent. No run
in the log is behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from cmms.alerts import messages
from cmms.alerts.evaluate_run import resolve_alert
from cmms.alerts.load_history import load_open_alerts
from cmms.alerts.notify_run import record_notifications, send_deliveries
from cmms.alerts.records import Alert
from cmms.database import Connection
from cmms.settings import Settings
from cmms.sync.runs.levels import respond_by

SOURCE_DIFFERS = "source_differs"
_QUOTED = 3
_LONGEST = 300


def report_differences(
    connection: Connection,
    settings: Settings,
    now: datetime,
    *,
    days: tuple[date, date],
    total: int,
    differences: Sequence[str],
    link: str | None = None,
) -> int:
    """Raise the alert if there are differences, else resolve it; return how many messages were taken.

    Raises:
        DatabaseUnavailable, DatabaseRefused: the alerts cannot be written.
    """
    alert = Alert(
        rule_key=SOURCE_DIFFERS,
        fingerprint=SOURCE_DIFFERS,
        level="high",
        title=messages.title_differs(total),
        facts=(
            ("Days", f"{days[0]} to {days[1]}"),
            ("Differences", f"{total:,}"),
            *(("First", difference[:_LONGEST]) for difference in differences[:_QUOTED]),
        ),
        advice=messages.ADVICE_DIFFERS,
        at=now,
        link=link,
        respond_by=respond_by("high", now),
    )
    alerts = (
        [alert]
        if total
        else [resolve_alert(known, alert) for known in load_open_alerts(connection) if known.rule_key == SOURCE_DIFFERS]
    )
    return send_deliveries(record_notifications(connection, alerts, settings), settings)
