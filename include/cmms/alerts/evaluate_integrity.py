"""Decide which warnings about the data itself a good run raises or ends. Pure: run + history -> alerts.

A counter that went back, a counter that jumped, machines that stopped reporting: grouped per run and kind, for the view
only (level medium has no receivers). While the next runs show the same, it is only counted; the first comparable
run without it resolves it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cmms.alerts import messages
from cmms.alerts.evaluate_run import fingerprint_of, make_alert, resolve_alert
from cmms.alerts.records import Alert, RunHistory
from cmms.settings import Settings
from cmms.streams import has_hours
from cmms.sync.records import GOOD_STATUSES, RunSummary

COUNTER_DECREASED = "counter_decreased"
COUNTER_JUMPED = "counter_jumped"
READINGS_MISSING = "readings_missing"

_CODES = {COUNTER_DECREASED: ("COUNTER_DECREASED",), COUNTER_JUMPED: ("HOURS_MISMATCH", "EXCEEDS_DAY")}


def evaluate_integrity(summary: RunSummary, settings: Settings, history: RunHistory) -> list[Alert]:
    """Alerts raised and ended; nothing for runs that failed or brought only some plants or machines."""
    if not has_hours(summary.sync_type) or summary.status not in GOOD_STATUSES:
        return []
    raised = list(_raised(summary, settings, history))
    if summary.scope.is_restricted:
        return raised
    still = {alert.fingerprint for alert in raised}
    own = {fingerprint_of(rule, summary.sync_type) for rule in (*_CODES, READINGS_MISSING)} - still
    ended = [
        resolve_alert(item, make_alert(summary, settings, item.rule_key, item.level, title=item.title))
        for item in history.open_alerts
        if item.fingerprint in own
    ]
    return [*raised, *ended]


def _raised(summary: RunSummary, settings: Settings, history: RunHistory) -> Iterator[Alert]:
    found = dict((*summary.rejects_by_code, *summary.warnings_by_code))
    counts = {rule: sum(found.get(code, 0) for code in codes) for rule, codes in _CODES.items()}
    counts[READINGS_MISSING] = history.missing_readings
    for rule, count in counts.items():
        if count:
            title, advice = messages.about_integrity(summary, rule, count)
            yield replace(make_alert(summary, settings, rule, "medium", title=title), advice=advice)
