"""Step 5a, merge one day of records that are one a machine (``include/sql/sync/merge/by_machine_*.sql``).

Input: the staging table, inside the merge's transaction. Output: :class:`~cmms.sync.merge.merge_outcome.Outcome`. What
a stream gets that names no merge of its own. Its table has ``id``, ``equipment_id`` and ``date`` (unique together),
``plant_id``, the fields of the stream, ``quality``, ``quality_code``, ``sync_log_id`` and ``updated_at``.
"""

from __future__ import annotations

import polars as pl

from cmms.database import Connection, Cursor, execute, query
from cmms.sync.merge.merge_kind import MergeKind
from cmms.sync.merge.merge_outcome import Outcome
from cmms.sync.merge.stage import Stage
from cmms.sync.runs.run_context import RunContext
from cmms.sync.validate.shape_rows import shape_records
from cmms.sync.validate.validation_result import ValidationResult


def merge_by_machine(cursor: Cursor, run: RunContext, validation: ValidationResult, stage: Stage) -> Outcome:
    """Insert new records and update those that differ; an equal or older one writes nothing."""
    stream = validation.unit.stream
    if execute(cursor, f"sync/merge/by_machine_changes:{stream}", stage_table=stage.table) == 0:
        return Outcome(inserted=0, updated=0, changed=False)
    changes = query(cursor.connection, "sync/merge/change_counts")
    counts = {row["outcome"]: int(row["records"]) for row in changes}
    inserted, updated = counts.get("insert", 0), counts.get("update", 0)
    if inserted or updated:
        written = {"sync_log_id": run.sync_log_id}
        execute(cursor, f"sync/merge/by_machine_upsert:{stream}", written, stage_table=stage.table)
    places = {}
    for outcome in ("orphans", "older"):
        if counts.get(outcome):
            places[outcome] = query(
                cursor.connection, "sync/merge/by_machine_positions", {"outcome": outcome}, stage_table=stage.table
            )
    return Outcome(inserted=inserted, updated=updated, changed=inserted + updated > 0, **places)


def _shape(run: RunContext, _connection: Connection, rows: pl.DataFrame) -> pl.DataFrame:
    return shape_records(rows, run.scope.definition)


BY_MACHINE = MergeKind(
    shape=_shape,
    merge=merge_by_machine,
    create="sync/merge/by_machine_create:",
    insert="sync/merge/by_machine_insert:",
    changes="sync/merge/by_machine_changes_create",
    stored="sync/merge/by_machine_stored:",
)
