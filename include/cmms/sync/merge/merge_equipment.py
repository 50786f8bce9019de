"""Step 5a, merge one equipment snapshot (``include/sql/sync/merge/equipment_*.sql``).

Input: the staging table and an empty table of changes, inside the merge's transaction.
Output: :class:`~cmms.sync.merge.merge_outcome.Outcome`. The
source owns its fields; ``is_active``, notes and a group set manually are never touched. Machines that a full snapshot
does not deliver get ``missing_since``: never deleted, never deactivated; a snapshot that shrank too much fails.
"""

from __future__ import annotations

import polars as pl

from cmms.database import Connection, Cursor, execute, query, read_value
from cmms.errors import BatchRuleBroken
from cmms.sync.merge.classify_groups import RULE, SOURCE, classify_groups
from cmms.sync.merge.merge_kind import MergeKind
from cmms.sync.merge.merge_outcome import Outcome
from cmms.sync.merge.stage import Stage
from cmms.sync.runs.run_context import RunContext
from cmms.sync.validate.shape_rows import shape_equipment
from cmms.sync.validate.validation_result import ValidationResult


def merge_equipment(cursor: Cursor, run: RunContext, validation: ValidationResult, stage: Stage) -> Outcome:
    """Insert new machines, update changed ones (keeping a revision), mark missing and returned ones.

    Raises:
        BatchRuleBroken: the full snapshot shrank by more than ``rules.max_shrink_percent``.
    """
    if validation.seen_all:
        _check_shrinking(cursor, run, validation)
    execute(cursor, "sync/merge/equipment_groups", stage_table=stage.table)
    execute(cursor, "sync/merge/equipment_changes", stage_table=stage.table)
    counts = {row["outcome"]: int(row["records"]) for row in query(cursor.connection, "sync/merge/change_counts")}
    inserted, updated = counts.get("insert", 0), counts.get("update", 0)
    if updated:
        written = {"sync_log_id": run.sync_log_id, "changed_by": f"{run.sync_type} sync"}
        execute(cursor, "sync/merge/equipment_revisions", written)
    if inserted or updated:
        group_source = {"group_source": SOURCE if _has_group_field(run) else RULE}
        execute(cursor, "sync/merge/equipment_upsert", group_source, stage_table=stage.table)
    own_run = {"sync_log_id": run.sync_log_id, "stream": validation.unit.stream}
    marked = execute(cursor, "sync/merge/equipment_found_again", own_run, stage_table=stage.table)
    if (coverage := validation.coverage) is not None:
        missing = {"day": run.scope.end_date, **own_run, **coverage}
        marked += execute(cursor, "sync/merge/equipment_missing", missing, stage_table=stage.table)
    places = {}
    for outcome in ("orphans", "older"):
        if counts.get(outcome):
            places[outcome] = query(
                cursor.connection, "sync/merge/equipment_positions", {"outcome": outcome}, stage_table=stage.table
            )
    return Outcome(inserted=inserted, updated=updated, changed=inserted + updated + marked > 0, **places)


def _has_group_field(run: RunContext) -> bool:
    return bool(run.settings.stream(run.scope.stream).fields.of("equipment_group"))


def _shape(run: RunContext, connection: Connection, rows: pl.DataFrame) -> pl.DataFrame:
    grouped = classify_groups(rows, connection, has_group_field=_has_group_field(run))
    return shape_equipment(grouped, run.scope.definition)


def _check_shrinking(cursor: Cursor, run: RunContext, validation: ValidationResult) -> None:
    execute(cursor, "sync/merge/known_equipment")
    known = int(read_value(cursor))
    delivered = validation.fetched - validation.superseded
    if known and delivered < known * (1 - run.settings.rules.max_shrink_percent / 100):
        raise BatchRuleBroken(
            f"the snapshot shrank from {known} to {delivered} machines, more than rules.max_shrink_percent ="
            f" {run.settings.rules.max_shrink_percent:g} allows; nothing was merged"
        )


MACHINES = MergeKind(
    shape=_shape,
    merge=merge_equipment,
    create="sync/merge/create_equipment",
    insert="sync/merge/insert_equipment",
    changes="sync/merge/equipment_changes_create",
    stored="sync/merge/stored_machine",
)
