"""Step 6, close the run: counts recomputed from the merged units, status and level set, leases released.

Input: the run and, if it failed, why. Output: :class:`~cmms.sync.records.RunSummary`, the one account of the run
that log row, alerts, command line and UI share. Always runs (teardown), also after a failure; a closed row stays as
it is.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from cmms.database import Connection, Cursor, execute, query, run_transaction
from cmms.errors import BatchRuleBroken, DatabaseRefused, Failure, HandoverMissing
from cmms.settings import Settings
from cmms.streams import STREAMS
from cmms.sync.records import OPEN_STATUSES, Counts, RunSummary, Scope, Status
from cmms.sync.runs.levels import level_of, respond_by
from cmms.sync.runs.report_progress import write_event
from cmms.words import agree, count_of

_MESSAGE_LENGTH = 4000


def close_run(
    connection: Connection,
    sync_log_id: int,
    *,
    error: BaseException | Failure | None = None,
) -> RunSummary:
    """Close the log row and return the summary.

    Args:
        connection: to the CMMS database.
        sync_log_id: the run.
        error: why it failed; None when every step succeeded. Units that were merged stay merged and are counted.
    """
    close_if_open(connection, sync_log_id, error=error)
    summary = load_summary(connection, sync_log_id=sync_log_id)
    if summary is None:
        raise HandoverMissing("the log row of the run was deleted", sync_log_id=sync_log_id)
    return summary


def close_if_open(
    connection: Connection,
    sync_log_id: int,
    *,
    error: BaseException | Failure | None = None,
) -> bool:
    """Close the log row; False when it is closed already, or gone: somebody else has done it and told people."""
    connection.rollback()
    rows = query(connection, "sync/runs/log", {"id": sync_log_id})
    if not rows or rows[0]["status"] not in OPEN_STATUSES:
        return False
    row, settings = rows[0], _pinned_settings(rows[0])
    failure = Failure.of(error) if isinstance(error, BaseException) else error

    def close(*, briefly: bool) -> bool:
        return run_transaction(
            connection,
            lambda cursor: _close(cursor, row, settings, failure, briefly=briefly),
            what=f"closing run {sync_log_id}",
        )

    try:
        return close(briefly=False)
    except DatabaseRefused:
        return close(briefly=True)  # a full disk may have room for the status still


def _close(
    cursor: Cursor,
    row: dict[str, Any],
    settings: Settings,
    failure: Failure | None,
    *,
    briefly: bool,
) -> bool:
    """Write the row's end, and unless ``briefly`` the stack trace and an event."""
    sync_log_id = row["id"]
    # First, for it waits for a merge that is just committing: the totals read after it include that unit.
    execute(cursor, "sync/runs/release_leases", {"sync_log_id": sync_log_id})
    totals = _totals(cursor, sync_log_id)
    counts = Counts(**{name: int(totals[name]) for name in Counts.__dataclass_fields__})
    if failure is None and row["sync_type"] in STREAMS and totals["merged_units"] < totals["units"]:
        merged = f"{totals['merged_units']} of {totals['units']} units were merged"
        failure = Failure(f"{merged}; the steps before did not all succeed")
    if failure is None and row["sync_type"] in STREAMS:  # a replay that stores nothing found that all is still wrong
        failure = _nothing_stored(cursor, sync_log_id, counts)
    execute(cursor, "sync/runs/doubts", {"sync_log_id": sync_log_id})
    doubts = len(cursor.fetchall())
    status = _status(failure, counts, doubts)
    warnings = counts.warnings + int(row["stale_master"])
    level = level_of(status, counts, warnings, settings, is_in_doubt=doubts > 0)
    values = {
        "id": sync_log_id,
        "status": status,
        "level": level,
        "records_processed": counts.fetched,
        "records_success": counts.success,
        "records_failed": counts.rejected,
        "records_inserted": counts.inserted,
        "records_updated": counts.updated,
        "records_unchanged": counts.unchanged,
        "records_superseded": counts.superseded,
        "records_warning": counts.warnings,
        "api_ms": totals["api_ms"],
        "validate_ms": totals["validate_ms"],
        "db_ms": totals["db_ms"],
        "error_class": failure and failure.name,
        "error_category": failure and failure.category,
        "error_message": failure and failure.message[:_MESSAGE_LENGTH],
        "stack_trace": failure.stack_trace if failure and not briefly else None,
        "respond_by": respond_by(level, totals["closed_at"]),
    }
    if not execute(cursor, "sync/runs/close_log", values):
        return False  # another process was quicker
    if briefly:
        return True
    if failure is not None:
        write_event(
            cursor,
            sync_log_id,
            "critical" if status == "failed" else "warning",
            failure.category,
            failure.name or "FAILED",
            failure.message[:_MESSAGE_LENGTH] or "failed",
        )
    else:
        message = f"{count_of(counts.fetched, 'record')}: {counts.success} stored or known, {counts.rejected} rejected"
        message += "; the source says that more exist" if doubts else ""
        write_event(cursor, sync_log_id, "info", "business", "COMPLETED", message)
    return True


def _pinned_settings(row: dict[str, Any]) -> Settings:
    """The run's own settings; built-in ones when it has none, or those of another version: every run can be closed."""
    try:
        return Settings.model_validate_json(row["settings_json"] or "{}")
    except ValidationError:
        return Settings()


def _counts_so_far(connection: Connection, sync_log_id: int) -> Counts:
    """Of an open run: the units that it has merged."""
    totals = query(connection, "sync/runs/close_summary", {"sync_log_id": sync_log_id})[0]
    return Counts(**{name: int(totals[name]) for name in Counts.__dataclass_fields__})


def _totals(cursor: Cursor, sync_log_id: int) -> dict[str, Any]:
    return query(cursor.connection, "sync/runs/close_summary", {"sync_log_id": sync_log_id})[0]


def _nothing_stored(cursor: Cursor, sync_log_id: int, counts: Counts) -> Failure | None:
    """An input of which every record was rejected is no success, however small; its records wait in quarantine."""
    if not counts.rejected or counts.success:
        return None
    execute(cursor, "sync/runs/code_counts", {"sync_log_id": sync_log_id})
    codes = ", ".join(f"{code}: {records}" for level, code, records in cursor.fetchall() if level == "error")
    what = "the only record" if counts.rejected == 1 else f"all {count_of(counts.rejected, 'record')}"
    verb = agree(counts.rejected, "was", "were")
    return Failure.of(BatchRuleBroken(f"{what} of this run {verb} rejected: nothing was stored ({codes})"))


def _status(failure: Failure | None, counts: Counts, doubts: int) -> Status:
    if failure is not None:
        return "cancelled" if failure.is_cancelled else "failed"
    return "partial" if counts.rejected or doubts else "success"


def load_summary(
    connection: Connection,
    *,
    sync_log_id: int | None = None,
    dag_id: str | None = None,
    run_id: str | None = None,
) -> RunSummary | None:
    """The summary of a run as its log row has it; None when there is no such run."""
    if sync_log_id is None:
        found = query(connection, "sync/runs/log_by_run", {"dag_id": dag_id, "run_id": run_id})
        if not found:
            return None
        sync_log_id = int(found[0]["id"])
    rows = query(connection, "sync/runs/log", {"id": sync_log_id})
    if not rows:
        return None
    row = rows[0]
    codes = query(connection, "sync/runs/code_counts", {"sync_log_id": sync_log_id})
    by_level = {
        level: tuple((code["code"], int(code["records"])) for code in codes if code["level"] == level)
        for level in ("error", "warning")
    }
    counts = Counts(
        fetched=row["records_processed"],
        inserted=row["records_inserted"],
        updated=row["records_updated"],
        unchanged=row["records_unchanged"],
        superseded=row["records_superseded"],
        rejected=row["records_failed"],
        warnings=row["records_warning"],
    )
    if row["status"] in OPEN_STATUSES:
        counts = _counts_so_far(connection, sync_log_id)
    timings = {name: int(row[name]) for name in ("queue_ms", "api_ms", "validate_ms", "db_ms") if row[name] is not None}
    started = row["sync_started_at"] or row["created_at"]
    return RunSummary(
        sync_log_id=sync_log_id,
        sync_type=row["sync_type"],
        status=row["status"],
        level=row["level"] or "info",
        counts=counts,
        scope=Scope.from_dict(json.loads(row["scope"])) if row["scope"] else Scope.nothing(),
        started_at=started,
        completed_at=row["sync_completed_at"] or started,
        dag_id=row["dag_id"],
        run_id=row["run_id"],
        stale_master=bool(row["stale_master"]),
        error_class=row["error_class"],
        error_category=row["error_category"],
        error_message=row["error_message"],
        rejects_by_code=by_level["error"],
        warnings_by_code=by_level["warning"],
        timings_ms=timings,
        units=len(query(connection, "sync/runs/units", {"sync_log_id": sync_log_id})),
        exposures=tuple(
            row["message"] for row in query(connection, "sync/runs/exposures", {"sync_log_id": sync_log_id})
        ),
        doubts=tuple(event["message"] for event in query(connection, "sync/runs/doubts", {"sync_log_id": sync_log_id})),
    )
