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
"""Error class of a run of which only Airflow's own text is known (worker killed, timed out)."""
ABANDONED = "Abandoned"
"""Error class of a run that the watchdog closed because its worker was gone."""

FIRST_CODES = 5
"""How many reject codes an alert lists."""

_SYNC_NAMES = {
    **{name: stream.title for name, stream in STREAMS.items()},
    "replay": "Replay",
    "maintenance_evaluation": "Maintenance evaluation",
    "cleanup": "Log clean-up",
    "sync_watchdog": "Watchdog",
    "cmms_reconcile_sources": "Reconciliation",
    "cmms_on_request": "Work on request",
}

_ADVICE_BY_CLASS = {
    "ApiUnavailable": (
        "Nothing incomplete was merged. Check that the host of connection cmms_api answers; when it does,"
        " clear the failed task or wait for the next run."
    ),
    "RateLimited": (
        "Nothing incomplete was merged. The API asked us to wait: run again later, or lower requests_per_second."
    ),
    "IncompleteFetch": (
        "Nothing incomplete was merged, the pages did not add up. Clear the failed task; if it happens"
        " again, tell the owner of the API which page is missing."
    ),
    "RunConflict": "Another run holds the same days. Wait for it to end, then clear the failed task.",
    "SettingsError": "Correct the named setting, then clear the failed task.",
    "ApiRefused": (
        "Nothing incomplete was merged, and repeating will not help. Check credentials and path of connection cmms_api."
    ),
    "BadPayload": (
        "Nothing incomplete was merged. The API sent something that is no valid page; its first kilobyte"
        " is kept with the run."
    ),
    "AnswerIncomplete": (
        "Nothing was merged, because the API says that more records exist than came. Change the setting that"
        " the message names, then clear the failed task."
    ),
    "ContractBroken": (
        "Nothing incomplete was merged. A field was renamed or dropped at the source: correct the field"
        " names in the settings, then clear the failed task."
    ),
    "BatchRuleBroken": (
        "None of its records was stored, to protect what is there. Compare with the source; if the data is"
        " right, raise the limit in the settings and clear the failed task."
    ),
    "DatabaseUnavailable": (
        "Check that the database server of connection cmms_mysql runs, is reachable and is not read-only; then clear"
        " the failed task."
    ),
    "DatabaseRefused": (
        "Check disk space and privileges of the database, and that it is migrated (python -m cmms migrate); then"
        " clear the failed task."
    ),
    "HandoverMissing": "Files of an earlier task are gone. Clear the run from the task fetch on.",
    "RunTimedOut": (
        "Look at which task took or waited so long: a slow source, a busy pool cmms_sync (or none), or a run that was"
        " paused. Then clear the run: what is merged already is not merged twice."
    ),
    TASK_FAILED: (
        "The worker was lost or ran out of time. Check its host (memory, restarts), then clear the failed"
        " task: what is merged already is not merged twice."
    ),
    ABANDONED: (
        "The worker was lost in the middle. Check its host (memory, restarts), then run again: what is"
        " merged already is not merged twice."
    ),
}
_ADVICE_FAILED = (
    "Open the run, read the log of the failed task, mend the cause, then clear the task: what is"
    " merged already is not merged twice."
)
ADVICE_RECORDS = "Good records are merged. Open the quarantine in the CMMS view, correct or discard the failed ones."
ADVICE_INCOMPLETE = (
    "What came is merged; nothing was marked as missing or resolved. Change the setting that the message names, then"
    " run the sync again. With api.strict: true such a run fails instead."
)
ADVICE_EXPOSED = (
    "The sync went well. Use https in the connection cmms_api and replace the credential, which others may have read;"
    " where the way is safe, set api.allow_plain_http: true."
)
ADVICE_DIFFERS = (
    "Run python -m cmms reconcile for the whole list. Sync the days or the equipment again; what then differs still was"
    " changed in the database, or is gone at the source."
)
ADVICE_CONSECUTIVE = "This does not mend itself. Open the newest failed run and follow its error."
ADVICE_SPIKE = "Something changed at the source. Look at the codes that grew, and ask its owner before correcting rows."
_INTEGRITY = {
    "counter_decreased": (
        "{records} with a counter that went back",
        "Open the rejected records: accept a counter that was replaced or reset, correct or discard the others.",
    ),
    "counter_jumped": (
        "{records} whose hours do not fit the counter or the day",
        "The readings are kept with a warning. Compare them on the machines' pages with what the source says.",
    ),
    "readings_missing": (
        "{machines} stopped reporting",
        "Open the gaps on the tab Running time sync, and fill them when the source has the readings.",
    ),
}
TITLE_STARVED = "No task gets a slot in the pool cmms_sync"
ADVICE_STARVED = (
    "Without the pool no sync goes on. Look under Admin > Pools; where it is missing: airflow pools set cmms_sync 4"
    ' "Tasks of CMMS Sync". Where it has free slots, check that the workers have room.'
)
ADVICE_QUEUED = "Check that scheduler and workers run, and that the pool cmms_sync has free slots."
ADVICE_STALLED = (
    "Check the worker of this run: one that is gone is closed as failed when its lease is over, and can be repeated."
    " When its tasks wait for a place in the pool cmms_sync, it goes on by itself."
)
ADVICE_RESOLVED = "Nothing to do."


def sync_name(sync_type: str) -> str:
    """What people call a sync type."""
    return _SYNC_NAMES.get(sync_type, sync_type)


def title_failed(summary: RunSummary) -> str:
    """Title of a failed run."""
    return f"{sync_name(summary.sync_type)} failed: {summary.error_class or 'unknown error'}"


def title_records(summary: RunSummary) -> str:
    """Title of a run with failed records."""
    counts = summary.counts
    return (
        f"{sync_name(summary.sync_type)}: {counts.rejected:,} of {counts.fetched:,} records failed"
        f" ({percent(counts.failed_percent)})"
    )


def title_exposed(summary: RunSummary) -> str:
    """Title of a run that sent a secret in the clear."""
    return f"{sync_name(summary.sync_type)}: the source's credential goes over plain HTTP"


def title_incomplete(summary: RunSummary) -> str:
    """Title of a run whose answers say that more exists."""
    return f"{sync_name(summary.sync_type)}: the source says that more records exist than came"


def doubt_facts(summary: RunSummary) -> tuple[tuple[str, str], ...]:
    """Why more may exist than came, the first few of them."""
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
    return f"{sync_name(name)}: queued for {minutes} minutes"


def title_stalled(name: str, minutes: int) -> str:
    """Title of a run that gives no sign of life."""
    return f"{sync_name(name)}: no heartbeat for {minutes} minutes"


def title_resolved(title: str) -> str:
    """Title of the one message that says it is over."""
    return f"Resolved: {title}"


def advice_failed(error_class: str | None) -> str:
    """What to do about a failed run."""
    return _ADVICE_BY_CLASS.get(error_class or "", _ADVICE_FAILED)


def run_facts(summary: RunSummary) -> tuple[tuple[str, str], ...]:
    """The facts of a run: what, how it ended, why, counts, first errors, when."""
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
    if summary.sync_log_id:  # without a log row nobody knows what was done
        yield "Records", _counts_text(summary.counts)
    if summary.rejects_by_code:
        most = sorted(summary.rejects_by_code, key=lambda item: (-item[1], item[0]))
        listed = ", ".join(f"{code} {count:,}" for code, count in most[:FIRST_CODES])
        more = f" and {len(most) - FIRST_CODES} more codes" if len(most) > FIRST_CODES else ""
        yield "First errors", listed + more
    if summary.stale_master:
        yield "Master data", "stale: the equipment sync before it did not succeed"
    yield "Started", instant(summary.started_at)
    yield "Ended", instant(summary.completed_at)


def _counts_text(counts: Counts) -> str:
    return (
        f"{counts.fetched:,} fetched: {counts.inserted:,} new, {counts.updated:,} changed,"
        f" {counts.unchanged:,} unchanged, {counts.superseded:,} superseded, {counts.rejected:,} failed"
        f" ({percent(counts.failed_percent)}); {counts.warnings:,} with warnings"
    )


def safe_message(summary: RunSummary) -> str | None:
    """The error's text if it is one that cannot carry payload or secret."""
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
    """``10.01 %``: two digits, so that just above a limit does not read as the limit."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + " %"


def instant(at: datetime) -> str:
    """An instant for people, in UTC."""
    utc = at.astimezone(UTC) if at.tzinfo else at
    return f"{utc:%Y-%m-%d %H:%M:%S} UTC"
