"""Step 5a, merge one day of running times (``include/sql/sync/merge/running_time_*.sql``).

Input: the staging table, inside the merge's transaction. Output: :class:`~cmms.sync.merge.merge_outcome.Outcome`. A day
of which nothing is stored yet is loaded from its file, or one INSERT ... SELECT. Otherwise one comparison finds the
rows that are new or differ, and only those are written: the same data again writes nothing.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from cmms import mysql_driver
from cmms.database import Connection, Cursor, error_number, execute, is_local_file_refused, query, read_value
from cmms.sync.merge.flag_following_days import flag_following_days
from cmms.sync.merge.merge_kind import MergeKind
from cmms.sync.merge.merge_outcome import Outcome
from cmms.sync.merge.stage import Stage, StageNeeded
from cmms.sync.runs.run_context import RunContext
from cmms.sync.validate.shape_rows import checksum_of, shape_records
from cmms.sync.validate.validation_result import ValidationResult, read_doubtful

_NO_PARENT = 1452
"""A foreign key refuses a row: the machine or plant was deleted after the row was validated."""


def merge_running_time(cursor: Cursor, run: RunContext, validation: ValidationResult, stage: Stage) -> Outcome:
    """Insert new readings, update changed ones (keeping a revision), find doubtful ones, mark following days.

    Raises:
        StageNeeded: there is a file only, and the database does not take it just like this.
    """
    day = validation.unit.required_day
    execute(cursor, "sync/merge/has_day", {"day": day})
    is_new_day = not read_value(cursor)
    if stage.file and not is_new_day:
        raise StageNeeded
    if is_new_day:
        outcome = _load_day(cursor, run, stage) if stage.file else _insert_day(cursor, run, stage)
    else:
        outcome = _merge_changes(cursor, run, stage)
    if outcome.inserted or outcome.updated:
        doubtful = read_doubtful(run, validation)
        flag_following_days(cursor, day=day, sync_log_id=run.sync_log_id, settings=run.settings, doubtful=doubtful)
    return outcome


def _load_day(cursor: Cursor, run: RunContext, stage: Stage) -> Outcome:
    """All rows, each as it is, or none: a row that the database refuses or changes needs a closer look.

    Raises:
        HandoverMissing: the file is not there.
        StageNeeded: see :func:`merge_running_time`.
    """
    with run.storage.local_copy(stage.file) as path:
        if checksum_of(path.read_bytes(), run.scope.definition) != stage.checksum:
            raise StageNeeded  # damaged; the validated rows that it was made of are still there
        parameters = {"file": str(path), "sync_log_id": run.sync_log_id}
        try:
            loaded = execute(cursor, "sync/merge/running_time_load_day", parameters)
        except mysql_driver.Error as error:
            if is_local_file_refused(error):
                raise StageNeeded from error
            raise
    cursor.execute("SELECT @@warning_count")
    if read_value(cursor) or loaded != stage.staged:
        raise StageNeeded
    return Outcome(inserted=loaded, updated=0, changed=loaded > 0)


def _insert_day(cursor: Cursor, run: RunContext, stage: Stage) -> Outcome:
    written = {"sync_log_id": run.sync_log_id}
    orphans: list[dict[str, Any]] = []
    try:
        execute(cursor, "sync/merge/running_time_insert_day", written, stage_table=stage.table)
    except mysql_driver.IntegrityError as error:
        if error_number(error) != _NO_PARENT:
            raise
        orphans = query(cursor.connection, "sync/merge/running_time_orphans", stage_table=stage.table)
        execute(cursor, "sync/merge/running_time_drop_orphans", stage_table=stage.table)
        execute(cursor, "sync/merge/running_time_insert_day", written, stage_table=stage.table)
    inserted = stage.staged - len(orphans)
    return Outcome(inserted=inserted, updated=0, changed=inserted > 0, orphans=orphans)


def _merge_changes(cursor: Cursor, run: RunContext, stage: Stage) -> Outcome:
    if execute(cursor, "sync/merge/running_time_changes", stage_table=stage.table) == 0:
        return Outcome(inserted=0, updated=0, changed=False)
    counts = {row["outcome"]: int(row["records"]) for row in query(cursor.connection, "sync/merge/change_counts")}
    written = {"sync_log_id": run.sync_log_id, "changed_by": f"{run.sync_type} sync"}
    if counts.get("update"):
        execute(cursor, "sync/merge/running_time_revisions", written)
    if counts.get("update") or counts.get("insert"):
        upsert = f"sync/merge/by_machine_upsert:{run.scope.stream}"
        execute(cursor, upsert, {"sync_log_id": run.sync_log_id}, stage_table=stage.table)
    if counts.get("quality"):
        execute(cursor, "sync/merge/running_time_quality", stage_table=stage.table)
    places = {}
    for outcome in ("orphans", "older", "foreign"):
        if counts.get(outcome):
            places[outcome] = query(
                cursor.connection, "sync/merge/by_machine_positions", {"outcome": outcome}, stage_table=stage.table
            )
    inserted, updated = counts.get("insert", 0), counts.get("update", 0)
    return Outcome(inserted=inserted, updated=updated, changed=inserted + updated > 0, **places)


def _shape(run: RunContext, _connection: Connection, rows: pl.DataFrame) -> pl.DataFrame:
    return shape_records(rows.filter(~pl.col("is_stored")), run.scope.definition)


READINGS = MergeKind(
    shape=_shape,
    merge=merge_running_time,
    create="sync/merge/by_machine_create:",
    insert="sync/merge/by_machine_insert:",
    changes="sync/merge/by_machine_changes_create",
    stored="sync/merge/stored_reading",
    has_day="sync/merge/has_day",
)
