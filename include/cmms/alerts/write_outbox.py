"""The outbox: alerts and messages are rows before anything is sent, so a crash loses none of them.

Input: alerts. Output: rows of ``alert_events`` and ``notification_deliveries``, and the messages that
this process has claimed to send. A claim is a row in status ``sending`` with a time limit; when its owner
dies, the next sender takes it over. So a message can arrive twice (sent, but died before saying so), but it
cannot be lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cmms.alerts.records import Alert, Delivery, Outcome, Receiver, Transition, from_database, to_database
from cmms.database import Connection, Cursor, execute, query, run_transaction
from cmms.settings import Settings
from cmms.sync.runs.levels import CHANNELS

_PAUSE_SECONDS = 60.0
_LONGEST_PAUSE_SECONDS = 3600.0
_ERROR_LIMIT = 500  # width of last_error
_TITLE_LIMIT = 200  # width of title


@dataclass(frozen=True)
class Notification:
    """An alert and its receivers; ``notified`` of them have received it already, without the outbox."""

    alert: Alert
    receivers: tuple[Receiver, ...]
    notified: tuple[Receiver, ...] = ()
    occurrences: int = 1


def address_alerts(alerts: Iterable[Alert], receivers: Sequence[Receiver]) -> list[Notification]:
    """Pair each alert with those receivers that its level concerns."""
    return [
        Notification(alert, tuple(who for who in receivers if who.channel in CHANNELS[alert.level])) for alert in alerts
    ]


def record_alerts(
    connection: Connection, notifications: Sequence[Notification], settings: Settings, now: datetime
) -> list[Delivery]:
    """Write alerts and messages in one transaction; return the messages, claimed for the caller to send now.

    An alert that is open already is only counted; one of the same run is not even counted.

    Raises:
        DatabaseUnavailable, DatabaseRefused: nothing was written.
    """

    def work(cursor: Cursor) -> list[Delivery]:
        claimed: list[Delivery] = []
        for notification in notifications:
            record = _resolve_alert if notification.alert.transition == "resolved" else _raise_alert
            claimed += record(cursor, notification, settings, now)
        return claimed

    connection.rollback()  # end the caller's snapshot: decide by the current rows
    return run_transaction(connection, work, what="writing alerts")


def claim_due(connection: Connection, settings: Settings, now: datetime, *, limit: int) -> list[Delivery]:
    """Claim messages whose time has come; two senders never get the same one."""

    def work(cursor: Cursor) -> list[Delivery]:
        rows = query(cursor.connection, "alerts/lock_due_deliveries", {"now": to_database(now), "row_limit": limit})
        for row in rows:
            execute(
                cursor,
                "alerts/claim_delivery",
                {"id": row["id"], "next_attempt_at": _claim_end(settings, now)},
            )
        return [
            Delivery(
                delivery_id=row["id"],
                event_id=row["alert_event_id"],
                attempts=row["attempts"] + 1,
                receiver=Receiver(row["channel"], row["target"]),
                alert=_alert_of(row["body"], row["transition"]),
            )
            for row in rows
        ]

    return run_transaction(connection, work, what="claiming messages")


def record_outcomes(
    connection: Connection, outcomes: Sequence[tuple[Delivery, Outcome]], settings: Settings, now: datetime
) -> None:
    """Mark what was sent; what was not waits (longer each time) for the watchdog, up to ``max_attempts``."""

    def work(cursor: Cursor) -> None:
        for delivery, outcome in outcomes:
            given_up = delivery.attempts >= settings.alerts.max_attempts
            pause = timedelta(seconds=_pause_seconds(delivery.attempts, outcome))
            failed = outcome.error is not None
            execute(
                cursor,
                "alerts/finish_delivery",
                {
                    "id": delivery.delivery_id,
                    "attempts": delivery.attempts,
                    "status": ("failed" if given_up else "pending") if failed else "sent",
                    "next_attempt_at": to_database(now + pause) if failed and not given_up else None,
                    "last_error": outcome.error[:_ERROR_LIMIT] if outcome.error is not None else None,
                    "sent_at": None if failed else to_database(now),
                },
            )

    if outcomes:
        run_transaction(connection, work, what="recording sent messages")


def _raise_alert(cursor: Cursor, notification: Notification, settings: Settings, now: datetime) -> list[Delivery]:
    alert = notification.alert
    newest = _lock_newest(cursor, alert.fingerprint)
    body = json.loads(newest["body"]) if newest else {}
    if alert.run is not None and body.get("last_run") == alert.run:
        return []  # another callback of the same run
    values = {
        "last_at": to_database(alert.at),
        "sync_log_id": alert.sync_log_id,
        "occurrences": notification.occurrences,
        "body": json.dumps({**body, "last_run": alert.run}),
    }
    if newest and newest["status"] != "resolved":
        execute(cursor, "alerts/repeat_alert", {**values, "id": newest["id"]})
        return []
    inserted = execute(
        cursor,
        "alerts/insert_alert",
        {
            **values,
            "fingerprint": alert.fingerprint,
            "rule_key": alert.rule_key,
            "level": alert.level,
            "title": alert.title[:_TITLE_LIMIT],
            "body": json.dumps({alert.transition: alert.to_dict(), "last_run": alert.run}),
            "respond_by": to_database(alert.respond_by) if alert.respond_by else None,
            "status": "resolved" if alert.transition == "noted" else "firing",
            "resolved_at": to_database(alert.at) if alert.transition == "noted" else None,
            "first_at": to_database(alert.at),
        },
    )
    if not inserted:
        return []  # another process has just opened it and sends it
    return _insert_deliveries(cursor, int(cursor.lastrowid), notification, settings, now)


def _resolve_alert(cursor: Cursor, notification: Notification, settings: Settings, now: datetime) -> list[Delivery]:
    alert = notification.alert
    newest = _lock_newest(cursor, alert.fingerprint)
    if not newest or newest["status"] == "resolved" or from_database(newest["last_at"]) > alert.at:
        return []  # over already, or it happened again after this good run
    body = {**json.loads(newest["body"]), "resolved": alert.to_dict()}
    execute(
        cursor,
        "alerts/resolve_alert",
        {"id": newest["id"], "resolved_at": to_database(alert.at), "body": json.dumps(body)},
    )
    notified = query(cursor.connection, "alerts/list_notified_receivers", {"alert_event_id": newest["id"]})
    receivers = tuple(Receiver(row["channel"], row["target"]) for row in notified)
    return _insert_deliveries(cursor, newest["id"], Notification(alert, receivers), settings, now)


def _insert_deliveries(
    cursor: Cursor, event_id: int, notification: Notification, settings: Settings, now: datetime
) -> list[Delivery]:
    claimed = []
    for receiver in notification.receivers:
        is_notified = receiver in notification.notified
        execute(
            cursor,
            "alerts/insert_delivery",
            {
                "alert_event_id": event_id,
                "channel": receiver.channel,
                "target": receiver.target,
                "transition": notification.alert.transition,
                "status": "sent" if is_notified else "sending",
                "attempts": 1,
                "next_attempt_at": None if is_notified else _claim_end(settings, now),
                "sent_at": to_database(notification.alert.at) if is_notified else None,
            },
        )
        if not is_notified:
            claimed.append(Delivery(int(cursor.lastrowid), event_id, 1, receiver, notification.alert))
    return claimed


def _lock_newest(cursor: Cursor, fingerprint: str) -> dict[str, Any] | None:
    rows = query(cursor.connection, "alerts/lock_alert", {"fingerprint": fingerprint})
    return rows[0] if rows else None


def _alert_of(body: str, transition: Transition) -> Alert:
    return Alert.from_dict(json.loads(body)[transition])


def _claim_end(settings: Settings, now: datetime) -> datetime:
    """Longer than any sender needs: a claim that is over belongs to a process that died."""
    return to_database(now + timedelta(seconds=2 * settings.alerts.timeout_seconds + 60))


def _pause_seconds(attempts: int, outcome: Outcome) -> float:
    doubled = _PAUSE_SECONDS * 2.0 ** min(attempts - 1, 10)
    return min(max(doubled, outcome.retry_after_seconds or 0), _LONGEST_PAUSE_SECONDS)
