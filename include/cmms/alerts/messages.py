"""Every sentence that an alert says: titles, facts, advice. Edit the texts here.

Input: run summaries and numbers. Output: plain text, unescaped; `render_message` makes messages of it.
No payload and no secret gets in: only counts, codes, names of classes, and the texts of our own errors,
which promise to carry neither (`cmms.errors`). Texts of foreign exceptions may hold anything: left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote

from cmms.errors import CmmsError
from cmms.streams import STREAMS
from cmms.sync.records import Counts, RunSummary
from cmms.words import count_of

TASK_FAILED = "TaskFailed"
"""Error class of a run for which only Airflow's own text is known (worker killed, timed out)."""
ABANDONED = "Abandoned"
"""Error class of a run that the watchdog closed because its worker had died."""

FIRST_CODES = 5
"""How many reject codes an alert lists."""

_SYNC_NAMES = {
    **{name: stream.title for name, stream in STREAMS.items()},
    "replay": "Replay",
    "maintenance_evaluation": "Maintenance evaluation",
    "cleanup": "Log clean-up",
    "sync_watchdog": "Watchdog",
    "cmms_reconcile_sources": "Reconciliation",
    "cmms_forecast_backtest": "Forecasts",
    "cmms_on_request": "Work on request",
}

_ADVICE_BY_CLASS = {
    "ApiUnavailable": (
        "Nothing incomplete was merged. Check that the host of connection cmms_api answers; when it does,"
        " clear the failed task or wait for the next run."
    ),
    "RateLimited": (
        "Nothing incomplete was merged. The API asked to wait: run the sync again later, or lower requests_per_second."
    ),
    "IncompleteFetch": (
        "Nothing incomplete was merged: the pages did not add up. Clear the failed task; if it happens"
        " again, report the missing page to the owner of the API."
    ),
    "RunConflict": "Another run holds the same days. Wait for it to end, then clear the failed task.",
    "SettingsError": "Correct the named setting, then clear the failed task.",
    "ApiRefused": (
        "Nothing incomplete was merged, and a retry will not help. Check the credentials and path of"
        " connection cmms_api."
    ),
    "BadPayload": (
        "Nothing incomplete was merged. The API sent an invalid page; its first kilobyte is stored with the run."
    ),
    "AnswerIncomplete": (
        "Nothing was merged, because the API says that more records exist than it sent. Change the setting that"
        " the message names, then clear the failed task."
    ),
    "ContractBroken": (
        "Nothing incomplete was merged. A field was renamed or dropped at the source: correct the field"
        " names in the settings, then clear the failed task."
    ),
    "BatchRuleBroken": (
        "None of its records was stored, to protect the existing data. Compare with the source; if the data is"
        " right, raise the limit in the settings and clear the failed task."
    ),
    "DatabaseUnavailable": (
        "Check that the database server of connection cmms_mysql is running, reachable and not read-only; then clear"
        " the failed task."
    ),
    "DatabaseRefused": (
        "Check the disk space and privileges of the database and its migrations (python -m cmms migrate); then"
        " clear the failed task."
    ),
    "HandoverMissing": "Files of an earlier task are missing. Clear the run from the task fetch on.",
    "RunTimedOut": (
        "Check which task took or waited so long: a slow source, a busy or missing pool cmms_sync, or a paused run."
        " Then clear the run: nothing is merged twice."
    ),
    TASK_FAILED: (
        "The worker died or ran out of time. Check its host (memory, restarts), then clear the failed"
        " task: nothing is merged twice."
    ),
    ABANDONED: (
        "The worker died during the run. Check its host (memory, restarts), then run the sync again:"
        " nothing is merged twice."
    ),
}
_ADVICE_FAILED = (
    "Open the run, read the log of the failed task, fix the cause, then clear the task: nothing is merged twice."
)
ADVICE_RECORDS = (
    "Good records are merged. Open the quarantine in the CMMS view and correct or discard the failed records."
)
ADVICE_INCOMPLETE = (
    "The records that arrived are merged; nothing was marked as missing or resolved. Change the setting"
    " that the message names, then"
    " run the sync again. With api.strict: true such a run fails instead."
)
ADVICE_EXPOSED = (
    "The sync succeeded. Use https in the connection cmms_api and replace the credential, which others may have read;"
    " if the network is trusted, set api.allow_plain_http: true."
)
ADVICE_DIFFERS = (
    "Run python -m cmms reconcile for the whole list. Sync the days or the equipment again; remaining differences were"
    " changed in the database or deleted at the source."
)
ADVICE_CONSECUTIVE = "This will not resolve itself. Open the newest failed run and follow its error."
ADVICE_SPIKE = (
    "Something changed at the source. Check which codes increased, and ask its owner before correcting records."
)
_INTEGRITY = {
    "counter_decreased": (
        "{records} with a counter that went back",
        "Open the rejected records: accept a counter that was replaced or reset, correct or discard the others.",
    ),
    "counter_jumped": (
        "{records} whose hours do not match the counter or the day",
        "The readings are stored with a warning. Compare them with the source on the machines' pages.",
    ),
    "readings_missing": (
        "{machines} stopped reporting",
        "Open the gaps on the tab Running time sync and fill them once the source has the readings.",
    ),
}
TITLE_STARVED = "No task gets a slot in the pool cmms_sync"
ADVICE_STARVED = (
    "No sync can continue without the pool. Look under Admin > Pools; if it is missing: airflow pools set cmms_sync 4"
    ' "Tasks of CMMS Sync". If it has free slots, check that the workers have capacity.'
)
ADVICE_QUEUED = "Check that the scheduler and the workers are running and that the pool cmms_sync has free slots."
ADVICE_STALLED = (
    "Check the worker of this run: if it died, the run is closed as failed when its lease ends and can"
    " be started again."
    " If its tasks wait for a slot in the pool cmms_sync, it continues by itself."
)
ADVICE_RESOLVED = "Nothing to do."


def sync_name(sync_type: str) -> str:
    """The name of a sync type for people."""
    return _SYNC_NAMES.get(sync_type, sync_type)


def title_failed(summary: RunSummary) -> str:
    """Title of a failed run."""
    return f"{sync_name(summary.sync_type)} failed: {summary.error_class or 'unknown error'}"


def title_records(summary: RunSummary) -> str:
    """Title of a run with failed records."""
    counts = summary.counts
    return (
        f"{sync_name(summary.sync_type)}: {counts.rejected:,} of {count_of(counts.fetched, 'record')} failed"
        f" ({percent(counts.failed_percent)})"
    )


def title_exposed(summary: RunSummary) -> str:
    """Title of a run that sent a secret in the clear."""
    return f"{sync_name(summary.sync_type)}: the credential is sent over plain HTTP"


def title_incomplete(summary: RunSummary) -> str:
    """Title of a run whose source says that more records exist."""
    return f"{sync_name(summary.sync_type)}: the source says that more records exist than it sent"


def doubt_facts(summary: RunSummary) -> tuple[tuple[str, str], ...]:
    """The first few reasons why more records may exist than arrived."""
    return tuple(("Reason", doubt[:300]) for doubt in summary.doubts[:3])


def title_consecutive(summary: RunSummary, count: int) -> str:
    """Title of the n-th failure in a row."""
    return f"{sync_name(summary.sync_type)}: {count} failed runs in a row"


def title_api(summary: RunSummary, count: int) -> str:
    """Title of an API that does not answer."""
    runs = count_of(count, "run", "runs in a row")
    return f"{sync_name(summary.sync_type)}: API unreachable, {runs}"


TITLE_DATABASE = "CMMS database unreachable"


def title_differs(total: int) -> str:
    """Title of a reconciliation that found differences."""
    return f"The CMMS differs from the source: {count_of(total, 'difference')}"


def title_spike(summary: RunSummary, usual_percent: float) -> str:
    """Title of a jump in the share of failed records."""
    now = percent(summary.counts.failed_percent)
    return f"{sync_name(summary.sync_type)}: {now} of records failed, usually {percent(usual_percent)}"


def title_succeeded(summary: RunSummary) -> str:
    """Title of a run that went well."""
    counts = summary.counts
    warned = f", {counts.warnings:,} with warnings" if counts.warnings else ""
    return (
        f"{sync_name(summary.sync_type)}: {count_of(counts.fetched, 'record')}, {counts.inserted:,} new,"
        f" {counts.updated:,} changed{warned}"
    )


def about_integrity(summary: RunSummary, rule_key: str, count: int) -> tuple[str, str]:
    """Title and advice of a warning about the data; ``rule_key`` is one of `evaluate_integrity`."""
    what, advice = _INTEGRITY[rule_key]
    records, machines = count_of(count, "record"), count_of(count, "machine")
    return f"{sync_name(summary.sync_type)}: {what.format(records=records, machines=machines)}", advice


def title_queued(name: str, minutes: int) -> str:
    """Title of a run that does not start."""
    return f"{sync_name(name)}: queued for {count_of(minutes, 'minute')}"


def title_stalled(name: str, minutes: int) -> str:
    """Title of a run without heartbeat."""
    return f"{sync_name(name)}: no heartbeat for {count_of(minutes, 'minute')}"


def title_resolved(title: str) -> str:
    """Title of the message that an alert is resolved."""
    return f"Resolved: {title}"


def advice_failed(error_class: str | None) -> str:
    """What to do about a failed run."""
    return _ADVICE_BY_CLASS.get(error_class or "", _ADVICE_FAILED)


def run_facts(summary: RunSummary) -> tuple[tuple[str, str], ...]:
    """The facts of a run: what ran, how it ended and why, counts, first errors, times."""
    return tuple(_run_facts(summary))


def _run_facts(summary: RunSummary) -> Iterator[tuple[str, str]]:
    yield "Run", summary.run_id or f"log {summary.sync_log_id}"
    yield "Status", summary.status
    if summary.error_class:
        yield "Error", summary.error_class
    if (message := safe_message(summary)) is not None:
        yield "Message", message
    if summary.scope.start_date:
        first, last = summary.scope.start_date, summary.scope.end_date or summary.scope.start_date
        yield "Days", f"{first}" if first == last else f"{first} to {last}"
    if summary.sync_log_id:  # without a log row the counts are unknown
        yield "Records", _counts_text(summary.counts)
    if summary.rejects_by_code:
        most = sorted(summary.rejects_by_code, key=lambda item: (-item[1], item[0]))
        listed = ", ".join(f"{code} {count:,}" for code, count in most[:FIRST_CODES])
        more = f" and {len(most) - FIRST_CODES} more codes" if len(most) > FIRST_CODES else ""
        yield "First errors", listed + more
    if summary.stale_master:
        yield "Master data", "stale: the previous equipment sync did not succeed"
    yield "Started", instant(summary.started_at)
    yield "Ended", instant(summary.completed_at)


def _counts_text(counts: Counts) -> str:
    return (
        f"{counts.fetched:,} fetched: {counts.inserted:,} new, {counts.updated:,} changed,"
        f" {counts.unchanged:,} unchanged, {counts.superseded:,} superseded, {counts.rejected:,} failed"
        f" ({percent(counts.failed_percent)}); {counts.warnings:,} with warnings"
    )


def safe_message(summary: RunSummary) -> str | None:
    """The text of the error, if its class cannot carry payload or secrets."""
    known = {kind.__name__ for kind in _all_errors(CmmsError)} | {TASK_FAILED, ABANDONED}
    return summary.error_message if summary.error_message and summary.error_class in known else None


def _all_errors(kind: type[CmmsError]) -> Iterator[type[CmmsError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _all_errors(child)


def run_link(base_url: str, dag_id: str | None, run_id: str | None) -> str | None:
    """Address of the run in Airflow's UI."""
    if not dag_id or not run_id:
        return None
    return f"{base_url.rstrip('/')}/dags/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}"


def percent(value: float) -> str:
    """``10.01 %``: two decimals, so that a value just above a limit does not look like the limit."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + " %"


def instant(at: datetime) -> str:
    """An instant for people, in UTC."""
    utc = at.astimezone(UTC) if at.tzinfo else at
    return f"{utc:%Y-%m-%d %H:%M:%S} UTC"
