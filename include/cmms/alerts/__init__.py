"""Alerts: from a finished (or stuck) run to a Slack message and an e-mail that cannot harm the sync.

::

    RunSummary -> evaluate_run (pure rules) -> write_outbox (alert_events, notification_deliveries)
               -> send_messages (Slack, SMTP; all at once, with a deadline) -> outcome back into the outbox
    no database -> send directly, remember in spool_alerts; the watchdog carries it into the outbox later
    sync_watchdog -> notify_run.resend_pending, watch_runs.check_watch_alerts

Rules and reasons: docs/decisions/0004-alerts.md. All texts: messages.py.
"""
