"""Notify people of a finished run; whatever happens here, the state of the run does not change.

Input: the run's summary. Output: rows in the outbox, messages at Slack and SMTP. Order: rules, outbox, send,
outcome. Without a database: send directly and leave a file for later.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from cmms.alerts import spool_alerts
from cmms.alerts.evaluate_integrity import evaluate_integrity
from cmms.alerts.evaluate_run import (
    DATABASE_UNREACHABLE,
    database_alert,
    evaluate_run,
    open_alert_of,
    resolve_alert,
)
from cmms.alerts.load_history import load_history
from cmms.alerts.note_run import note_run
from cmms.alerts.records import Alert, Delivery, OpenAlert, RunHistory
from cmms.alerts.send_messages import Message, describe_failure, find_receivers, send_messages
from cmms.alerts.write_outbox import Notification, address_alerts, claim_due, record_alerts, record_outcomes
from cmms.database import Connection, session
from cmms.errors import SettingsError
from cmms.patience import noticed_silence
from cmms.settings import Settings, load_settings
from cmms.sync.records import RunSummary

log = logging.getLogger(__name__)

RESEND_LIMIT = 20
"""Messages that one round of the watchdog sends; all at once, so a round takes one time-out at most."""


def notify_run(summary: RunSummary, settings: Settings | None = None) -> None:
    """Evaluate the rules, write the outbox, send now. Never raises; logs without secrets.

    Args:
        summary: A finished run. Calling it again for the same run tells nothing twice.
        settings: Default: the settings file; when that is what is broken, the built-in values, which reach
            Slack at least.
    """
    try:
        _notify(summary, settings or _load_settings_or_defaults())
    except Exception as error:
        log.error("Alerts of run %s were not sent: %s", summary.run_id, describe_failure(error))


def _load_settings_or_defaults() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        log.warning("Alerts use built-in settings: %s", error)
        return Settings()


def _notify(summary: RunSummary, settings: Settings) -> None:
    try:
        with noticed_silence(), session() as connection:
            deliveries = carry_spool(connection, settings)
            history = load_history(connection, summary, settings)
            alerts = [
                *evaluate_run(summary, settings, history),
                *evaluate_integrity(summary, settings, history),
                *note_run(summary, settings),
            ]
            deliveries += record_notifications(connection, alerts, settings)
    except Exception as error:
        log.warning("Alerts go out without the outbox: %s", describe_failure(error))
        notify_without_database(summary, settings)
        return
    send_deliveries(deliveries, settings)


def record_notifications(connection: Connection, alerts: Sequence[Alert], settings: Settings) -> list[Delivery]:
    """Write alerts into the outbox; return what is to be sent now."""
    if not alerts:
        return []
    return record_alerts(connection, address_alerts(alerts, find_receivers(settings)), settings, datetime.now(UTC))


def send_deliveries(deliveries: Sequence[Delivery], settings: Settings) -> int:
    """Send claimed messages, then write down in a new session how it went; return how many were taken.

    No session is open while we wait for others. When the outcome cannot be written the claims run out and the
    messages are sent again.
    """
    if not deliveries:
        return 0
    messages = [Message(delivery.alert, delivery.receiver, delivery.event_id) for delivery in deliveries]
    outcomes = send_messages(messages, settings)
    try:
        with noticed_silence(), session() as connection:
            pairs = list(zip(deliveries, outcomes, strict=True))
            record_outcomes(connection, pairs, settings, datetime.now(UTC))
    except Exception as error:
        log.warning("Outcome of %d alert messages not recorded: %s", len(outcomes), describe_failure(error))
    return sum(outcome.error is None for outcome in outcomes)


def resend_pending(limit: int = RESEND_LIMIT, settings: Settings | None = None) -> int:
    """For the watchdog: send what could not be sent before; return how many messages were taken.

    Raises:
        DatabaseUnavailable, DatabaseRefused: the outbox cannot be read.
    """
    settings = settings or _load_settings_or_defaults()
    with session() as connection:
        deliveries = carry_spool(connection, settings)
        deliveries += claim_due(connection, settings, datetime.now(UTC), limit=limit)
    return send_deliveries(deliveries, settings)


def notify_without_database(summary: RunSummary, settings: Settings) -> None:
    """Send without the outbox, each alert once while its file is there.

    Besides what the run itself raises, people hear that the database cannot be reached. What fails here is
    tried again by the next call, and by the watchdog when the database is back.
    """
    receivers = find_receivers(settings)
    try:
        with spool_alerts.locked_spool(settings) as folder:
            known = tuple(open_alert_of(entry.notification.alert) for entry in spool_alerts.list_entries(folder))
            notifications = address_alerts(_alerts_without_database(summary, settings, known), receivers)
            _send_entries(spool_alerts.add_alerts(folder, notifications, datetime.now(UTC)), settings)
    except OSError as error:  # no space for files: notify people anyway
        log.warning("Alert spool %s: %s", spool_alerts.spool_folder(settings), describe_failure(error))
        notifications = address_alerts(_alerts_without_database(summary, settings, ()), receivers)
        send_messages([Message(item.alert, who) for item in notifications for who in item.receivers], settings)


def _alerts_without_database(summary: RunSummary, settings: Settings, known: tuple[OpenAlert, ...]) -> list[Alert]:
    alerts = evaluate_run(summary, settings, RunHistory(open_alerts=known))
    firing = [alert for alert in alerts if alert.transition == "firing"]  # only the outbox reports resolved alerts
    if all(alert.rule_key != DATABASE_UNREACHABLE for alert in firing):
        firing.append(database_alert(summary, settings))
    return firing


def _send_entries(entries: Sequence[spool_alerts.Entry], settings: Settings) -> None:
    pairs = [
        (entry, receiver)
        for entry in entries
        for receiver in entry.notification.receivers
        if receiver not in entry.notification.notified
    ]
    outcomes = send_messages([Message(entry.notification.alert, receiver) for entry, receiver in pairs], settings)
    sent = [pair for pair, outcome in zip(pairs, outcomes, strict=True) if outcome.error is None]
    for entry in entries:
        notified = (*entry.notification.notified, *(receiver for other, receiver in sent if other is entry))
        spool_alerts.save_entry(replace(entry, notification=replace(entry.notification, notified=notified)))


def carry_spool(connection: Connection, settings: Settings) -> list[Delivery]:
    """Move spooled alerts into the outbox; return what is still to be sent.

    That the database takes them is the recovery of "database unreachable".
    """
    deliveries: list[Delivery] = []
    with suppress(OSError):  # an unreadable spool must not keep the outbox from working
        if spool_alerts.is_empty(settings):
            return deliveries
        with spool_alerts.locked_spool(settings) as folder:
            for entry in spool_alerts.list_entries(folder):
                deliveries += record_alerts(connection, _carried(entry.notification), settings, datetime.now(UTC))
                entry.path.unlink(missing_ok=True)
    return deliveries


def _carried(notification: Notification) -> list[Notification]:
    alert = notification.alert
    if alert.rule_key != DATABASE_UNREACHABLE:
        return [notification]
    now = datetime.now(UTC)
    return [notification, Notification(resolve_alert(open_alert_of(alert), replace(alert, at=now)), ())]
