"""Step 0, open the run: a log row ``running``, its units, and the settings it will use, pinned.

Input: what is to be synced and who asked. Output: :class:`~cmms.sync.runs.run_context.RunContext`. The newest version
in ``config_versions`` wins over the settings file. A DAG run that starts again (first task retried, or cleared) gets
its own log row back.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from cmms.database import Connection, Cursor, execute, insert_many, query, run_transaction
from cmms.errors import HandoverMissing, SettingsError, StaleMaster
from cmms.schema_version import check_schema_version
from cmms.settings import Settings
from cmms.settings.stored_versions import current_settings
from cmms.streams import STREAMS
from cmms.streams.unit import Unit
from cmms.sync.fetch.plan_requests import plan_batches
from cmms.sync.records import Batch, Scope
from cmms.sync.runs.check_plants import describe_unknown_plants
from cmms.sync.runs.report_progress import write_event
from cmms.sync.runs.run_context import RunContext
from cmms.words import count_of

EARLIEST_DAY = date(1970, 1, 1)
"""Nobody has readings of an earlier one: a date before it is a slip of the keyboard."""


@dataclass(frozen=True)
class Trigger:
    """Who started a run, and through what."""

    kind: str = "manual"
    dag_id: str | None = None
    run_id: str | None = None
    user: str | None = None
    queue_ms: int | None = None
    retry_of_id: int | None = None


def open_run(
    connection: Connection,
    scope: Scope,
    *,
    run_date: date,
    trigger: Trigger | None = None,
    sync_type: str | None = None,
    settings: Settings | None = None,
    units: Sequence[Unit] | None = None,
) -> RunContext:
    """Open a run.

    Args:
        connection: to the CMMS database.
        scope: what to sync; dates required for a daily stream.
        run_date: the local day on which the run was asked for (the DAG run's own date, not the clock's).
        trigger: who asked.
        sync_type: default: the stream's name.
        settings: default: the stored version, else the file.
        units: when they are not simply the days of the scope (a replay).

    Raises:
        SettingsError: settings wrong, the dates make no sense (end before start, in the future, before 1970, more than
            ``engine.max_days``), or a plant is asked for that there is not and no sync creates.
        DatabaseRefused: the tables are not those of this version.
    """
    check_schema_version(connection)
    trigger = trigger or Trigger()
    version_id: int | None = None
    if settings is None:
        settings, version_id = current_settings(connection)
    scope = _checked(scope, run_date)
    if settings.rules.unknown_plant != "create" and (problem := describe_unknown_plants(connection, scope.plant_codes)):
        raise SettingsError(f"plant_codes: {problem}")
    if units is None and (days := len(scope.units)) > settings.engine.max_days:
        raise SettingsError(f"{count_of(days, 'day')} requested; engine.max_days allows {settings.engine.max_days}")
    stale = sync_type is None and bool(scope.definition.needs) and not _has_fresh_master(connection, scope, run_date)
    row: dict[str, Any] = {
        "sync_type": sync_type or scope.stream,
        "dag_id": trigger.dag_id,
        "run_id": trigger.run_id,
        "trigger_kind": trigger.kind,
        "triggered_by": trigger.user,
        "retry_of_id": trigger.retry_of_id,
        "queue_ms": trigger.queue_ms,
        "config_version_id": version_id,
        "settings_json": settings.model_dump_json(),
        "scope": json.dumps(scope.to_dict()),
        "interval_start": scope.start_date,
        "interval_end": scope.end_date,
        "stale_master": stale,
    }

    def write(cursor: Cursor) -> int:
        known = find_log(cursor, trigger)
        if known is None:
            execute(cursor, "sync/runs/insert_log", row)
            sync_log_id = int(cursor.lastrowid)
        else:
            sync_log_id = known
            wanted = ("settings_json", "config_version_id", "stale_master", "scope", "interval_start", "interval_end")
            execute(cursor, "sync/runs/reopen_log", {"id": known, **{name: row[name] for name in wanted}})
        insert_many(
            cursor,
            "sync/runs/insert_unit",
            [{"sync_log_id": sync_log_id, **unit.row} for unit in (scope.units if units is None else units)],
        )
        if stale:
            message = f"{_missing_sync(scope)}: master data may be stale"
            write_event(cursor, sync_log_id, "warning", "business", "STALE_MASTER", message)
        return sync_log_id

    sync_log_id = run_transaction(connection, write, what="opening the run")
    context = RunContext(sync_log_id, row["sync_type"], settings, scope)
    if stale and settings.rules.stale_master == "block":
        message = f"{_missing_sync(scope)} and rules.stale_master is block"
        raise StaleMaster(message, sync_log_id=sync_log_id)
    return context


def load_run(connection: Connection, sync_log_id: int) -> RunContext:
    """The context of an open run, as pinned in its log row: what later tasks start from.

    Raises:
        HandoverMissing: there is no such run, or its settings cannot be read any more.
    """
    rows = query(connection, "sync/runs/log", {"id": sync_log_id})
    if not rows:
        raise HandoverMissing("no such run in api_sync_logs", sync_log_id=sync_log_id)
    row = rows[0]
    try:
        settings = Settings.model_validate_json(row["settings_json"])
    except ValidationError:
        raise HandoverMissing(
            "the run's settings are of another version of this package: start a new run", sync_log_id=sync_log_id
        ) from None
    return RunContext(sync_log_id, row["sync_type"], settings, Scope.from_dict(json.loads(row["scope"])))


def plan_run(connection: Connection, run: RunContext, *, most_batches: int | None = None) -> list[Batch]:
    """Step 1, plan the requests: one batch per mapped task, ``most_batches`` at the most."""
    plants = [row["plant_code"] for row in query(connection, "sync/runs/active_plants")]
    watermark = None
    if run.settings.stream(run.scope.stream).incremental.parameter and not run.scope.definition.is_daily:
        watermark = query(connection, f"sync/runs/watermark:{run.scope.stream}")[0]["watermark"]
    return plan_batches(run.settings, run.scope, plants, watermark=watermark, most_batches=most_batches)


def _checked(scope: Scope, run_date: date) -> Scope:
    if not scope.definition.is_daily:
        start = scope.start_date or run_date
        return replace(scope, start_date=start, end_date=scope.end_date or start, run_date=run_date)
    if scope.start_date is None:
        raise SettingsError(f"start_date: a sync of {scope.definition.label.lower()} needs a day")
    end = scope.end_date or scope.start_date
    if scope.start_date < EARLIEST_DAY:
        raise SettingsError(f"start_date: {scope.start_date} lies before {EARLIEST_DAY}, the earliest possible day")
    if end < scope.start_date:
        raise SettingsError(f"end_date: {end} lies before start_date {scope.start_date}")
    if end > run_date:
        raise SettingsError(f"end_date: {end} lies in the future of {run_date}")
    return replace(scope, end_date=end, run_date=run_date)


def _has_fresh_master(connection: Connection, scope: Scope, run_date: date) -> bool:
    """Whether a sync of what this stream needs succeeded on the day after the newest day asked for (or later)."""
    newest = scope.end_date or run_date
    wanted = min(newest + timedelta(days=1), run_date)
    return bool(
        query(connection, "sync/runs/synced_for", {"stream": scope.definition.needs, "day": wanted})[0]["is_fresh"]
    )


def _missing_sync(scope: Scope) -> str:
    return f"no {STREAMS[scope.definition.needs].label.lower()} sync has succeeded for this day"


def find_log(cursor: Cursor, trigger: Trigger) -> int | None:
    """The log row of a DAG run, if it has one."""
    if trigger.dag_id is None or trigger.run_id is None:
        return None
    execute(cursor, "sync/runs/log_by_run", {"dag_id": trigger.dag_id, "run_id": trigger.run_id})
    row = cursor.fetchone()
    return int(row[0]) if row else None
