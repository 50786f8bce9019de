"""Decide which alerts a finished run raises or resolves. Pure: run + settings + history -> alerts.

The rules, in order: a failed run (critical), failures in a row, an API that does not answer, failed records
(high or medium), a jump in failed records, recovery. An alert that is open already is raised again;
the outbox then only counts it, so a second process or a repeated callback cannot send it twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import takewhile
from statistics import median

from cmms.alerts import messages
from cmms.alerts.records import Alert, OpenAlert, PastRun, RunHistory
from cmms.settings import Settings
from cmms.sync.records import GOOD_STATUSES, Level, RunSummary, failed_percent
from cmms.sync.runs.levels import level_of, respond_by

RUN_FAILED = "run_failed"
RECORDS_FAILED = "records_failed"
CONSECUTIVE = "consecutive_failures"
API_UNREACHABLE = "api_unreachable"
DATABASE_UNREACHABLE = "database_unreachable"
SPIKE = "error_spike"
ANSWER_INCOMPLETE = "answer_incomplete"
PLAIN_HTTP = "plain_http"

SPIKE_FLOOR_PERCENT = 0.5
"""A median below this counts as this: where all is clean, a single bad record is no spike."""
SPIKE_LEAST_RECORDS = 3
SPIKE_LEAST_RUNS = 3
"""Fewer earlier runs say nothing about what is usual."""

_ENDED_BY_GOOD_RUN = frozenset({RUN_FAILED, CONSECUTIVE, API_UNREACHABLE, DATABASE_UNREACHABLE})


def evaluate_run(summary: RunSummary, settings: Settings, history: RunHistory) -> list[Alert]:
    """Alerts of one finished run, the most urgent first.

    A cancelled run is neither a failure nor a recovery. A run still going on raises nothing.
    """
    if summary.status == "failed":
        return list(_failure_alerts(summary, settings, history))
    alerts: list[Alert] = []
    if summary.status == "running":
        return alerts
    if summary.counts.rejected:
        alerts.append(_records_alert(summary, settings))
    if summary.exposures:
        alerts.append(_exposure_alert(summary, settings))
    if summary.doubts:
        alerts.append(_doubt_alert(summary, settings))
    if summary.status in GOOD_STATUSES:
        spike = _spike_alert(summary, settings, history)
        if spike:
            alerts.append(spike)
        alerts.extend(_recoveries(summary, settings, history, spike=spike is not None))
    return alerts


def run_identity(summary: RunSummary) -> str | None:
    """The same for every callback of a run, with or without its log row."""
    if summary.dag_id and summary.run_id:
        return f"{summary.dag_id}/{summary.run_id}"
    return f"log/{summary.sync_log_id}" if summary.sync_log_id else None


def database_alert(summary: RunSummary, settings: Settings) -> Alert:
    """The database does not answer: one alert for all syncs, because they all share it."""
    return replace(
        make_alert(summary, settings, DATABASE_UNREACHABLE, "critical", title=messages.TITLE_DATABASE),
        fingerprint=DATABASE_UNREACHABLE,
        advice=messages.advice_failed("DatabaseUnavailable"),
    )


def _failure_alerts(summary: RunSummary, settings: Settings, history: RunHistory) -> Iterator[Alert]:
    if summary.error_class == "DatabaseUnavailable":
        yield database_alert(summary, settings)
    elif not _is_reported_already(summary, history):
        error_class = summary.error_class or "unknown"
        yield replace(
            make_alert(summary, settings, RUN_FAILED, "critical", title=messages.title_failed(summary)),
            fingerprint=fingerprint_of(RUN_FAILED, summary.sync_type, error_class),
            advice=messages.advice_failed(summary.error_class),
        )
    last_good = messages.instant(history.last_good_at) if history.last_good_at else "none on record"
    failures = 1 + _streak(history, lambda run: run.status == "failed")
    if failures >= settings.alerts.consecutive_failures:
        yield replace(
            make_alert(
                summary,
                settings,
                CONSECUTIVE,
                "critical",
                title=messages.title_consecutive(summary, failures),
            ),
            facts=(("Last good run", last_good), *messages.run_facts(summary)),
            advice=messages.ADVICE_CONSECUTIVE,
        )
    if _is_api_down(summary.error_category, summary.error_class):
        probes = 1 + _streak(history, lambda run: _is_api_down(run.error_category, run.error_class))
        if probes >= settings.alerts.api_failures:
            yield replace(
                make_alert(summary, settings, API_UNREACHABLE, "critical", title=messages.title_api(summary, probes)),
                facts=(("Last good run", last_good), *messages.run_facts(summary)),
                advice=messages.advice_failed("ApiUnavailable"),
            )


def _records_alert(summary: RunSummary, settings: Settings) -> Alert:
    """One per run: each run's failed records are new work for somebody, so runs are never folded together."""
    level = level_of(summary.status, summary.counts, 0, settings)
    return replace(
        make_alert(summary, settings, RECORDS_FAILED, level, title=messages.title_records(summary)),
        fingerprint=fingerprint_of(RECORDS_FAILED, summary.sync_type, str(summary.sync_log_id)),
        advice=messages.ADVICE_RECORDS,
    )


def _doubt_alert(summary: RunSummary, settings: Settings) -> Alert:
    """Open until a run's answers are complete: it does not notify again every night."""
    return replace(
        make_alert(summary, settings, ANSWER_INCOMPLETE, "high", title=messages.title_incomplete(summary)),
        facts=(*messages.doubt_facts(summary), *messages.run_facts(summary)),
        advice=messages.ADVICE_INCOMPLETE,
    )


def _exposure_alert(summary: RunSummary, settings: Settings) -> Alert:
    """Open until a run keeps its secrets to itself."""
    return replace(
        make_alert(summary, settings, PLAIN_HTTP, "high", title=messages.title_exposed(summary)),
        facts=(("Reason", summary.exposures[0][:300]), *messages.run_facts(summary)),
        advice=messages.ADVICE_EXPOSED,
    )


def _spike_alert(summary: RunSummary, settings: Settings, history: RunHistory) -> Alert | None:
    """Share of failed records above ``spike_factor`` times the median of the last good runs.

    A run of chosen plants or machines is not comparable with full ones.
    """
    good = [run for run in history.runs if run.status in GOOD_STATUSES and run.processed]
    rates = [failed_percent(run.rejected, run.processed) for run in good[: settings.alerts.spike_window]]
    if summary.scope.is_restricted or len(rates) < SPIKE_LEAST_RUNS:
        return None
    usual = median(rates)
    limit = settings.alerts.spike_factor * max(usual, SPIKE_FLOOR_PERCENT)
    if summary.counts.failed_percent <= limit or summary.counts.rejected < SPIKE_LEAST_RECORDS:
        return None
    return replace(
        make_alert(summary, settings, SPIKE, "high", title=messages.title_spike(summary, usual)),
        advice=messages.ADVICE_SPIKE,
    )


def _recoveries(summary: RunSummary, settings: Settings, history: RunHistory, *, spike: bool) -> Iterator[Alert]:
    for open_alert in history.open_alerts:
        ended = open_alert.rule_key in _ENDED_BY_GOOD_RUN or (open_alert.rule_key == SPIKE and not spike)
        ended = ended or (open_alert.rule_key == ANSWER_INCOMPLETE and not summary.doubts)
        ended = ended or (open_alert.rule_key == PLAIN_HTTP and not summary.exposures)
        if ended and _is_of(open_alert, summary.sync_type):
            evidence = make_alert(summary, settings, open_alert.rule_key, open_alert.level, title=open_alert.title)
            yield resolve_alert(open_alert, evidence)


def open_alert_of(alert: Alert) -> OpenAlert:
    """The open alert that ``alert`` leaves."""
    return OpenAlert(alert.rule_key, alert.fingerprint, alert.title, alert.level, alert.at, alert.run)


def resolve_alert(open_alert: OpenAlert, evidence: Alert) -> Alert:
    """The message that ends ``open_alert``; facts, link and time are those of ``evidence``."""
    return replace(
        evidence,
        rule_key=open_alert.rule_key,
        fingerprint=open_alert.fingerprint,
        title=messages.title_resolved(open_alert.title),
        advice=messages.ADVICE_RESOLVED,
        transition="resolved",
        respond_by=None,
    )


def fingerprint_of(*parts: str) -> str:
    """What makes an alert the same alert; at most as long as the column."""
    return ":".join(part.replace(":", "_") for part in parts)[:120]


def _is_reported_already(summary: RunSummary, history: RunHistory) -> bool:
    """The DAG's callback without a log row knows no error class; the task's callback before it did."""
    run = run_identity(summary)
    return summary.error_class == messages.TASK_FAILED and any(
        open_alert.run == run and open_alert.rule_key in (RUN_FAILED, DATABASE_UNREACHABLE)
        for open_alert in history.open_alerts
    )


def _is_of(open_alert: OpenAlert, sync_type: str) -> bool:
    parts = open_alert.fingerprint.split(":")
    return len(parts) == 1 or parts[1] == sync_type.replace(":", "_")


def _is_api_down(category: str | None, error_class: str | None) -> bool:
    return category == "api" and error_class == "ApiUnavailable"


def _streak(history: RunHistory, is_bad: Callable[[PastRun], bool]) -> int:
    return sum(1 for _ in takewhile(is_bad, history.runs))


def make_alert(summary: RunSummary, settings: Settings, rule_key: str, level: Level, *, title: str) -> Alert:
    """An alert of a rule about a run; its fingerprint is that of rule and sync type."""
    at = summary.completed_at if summary.completed_at.tzinfo else _as_utc(summary.completed_at)
    return Alert(
        rule_key=rule_key,
        fingerprint=fingerprint_of(rule_key, summary.sync_type),
        level=level,
        title=title,
        facts=messages.run_facts(summary),
        advice="",
        at=at,
        link=messages.run_link(settings.alerts.base_url, summary.dag_id, summary.run_id),
        run=run_identity(summary),
        sync_log_id=summary.sync_log_id or None,
        respond_by=respond_by(level, at),
    )


def _as_utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)
