"""Step 5, merge: staged rows of a unit -> the tables, in one transaction.

Input: a staging table and the unit's validation result. Output: :class:`~cmms.sync.records.Counts`, written with the
run marker in the same transaction. In it, in this order:

1. lock the reference version (merges follow one another) and the unit's lease (a fenced attempt stops here);
2. the run marker: if this run has merged the unit already (a COMMIT whose answer was lost), report that;
3. the merge itself, by the stream's :mod:`merge_kind`;
4. rejected and superseded records, raw; 5. the marker with counts that add up, or nothing.

When the reference data changed since validation (an earlier day of the same range was merged meanwhile), the rows are
validated again first, so that a range gives the same tables as day after day.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from typing import Any

import polars as pl

from cmms import mysql_driver
from cmms.database import Connection, Cursor, execute, query, read_value, run_transaction, translated_errors
from cmms.errors import BatchRuleBroken, HandoverMissing
from cmms.session_variables import IDLE_SECONDS
from cmms.streams.stream import Stream
from cmms.sync.fetch.landed_records import LandedRecords
from cmms.sync.merge.merge_kind import kind_of, statement_of
from cmms.sync.merge.quarantine_records import Quarantine
from cmms.sync.merge.stage import Stage, StageNeeded
from cmms.sync.merge.stage_rows import check_staged, discard_stage, is_staged, stage_unit
from cmms.sync.records import Counts, Manifest
from cmms.sync.runs.claim_units import check_fence
from cmms.sync.runs.report_progress import DOUBT_CATEGORY, Reporter, write_event
from cmms.sync.runs.run_context import RunContext
from cmms.sync.validate.load_reference import load_reference
from cmms.sync.validate.resolve_duplicates import OLDER, POINT_MISMATCH
from cmms.sync.validate.validation_result import (
    RESULT_COLUMNS,
    ValidationResult,
    accepted_warnings,
    find_doubtful,
    find_superseded,
    positions_of,
    read_frame,
    valid_keys,
    validate_frame,
    write_doubtful,
    write_frame,
    write_rejected,
)
from cmms.words import count_of


class StaleValidation(Exception):
    """The reference data has changed since the rows were validated; nothing was written."""


def merge_unit(
    run: RunContext,
    connection: Connection,
    manifest: Manifest,
    validation: ValidationResult,
    stage: Stage,
    reporter: Reporter,
) -> Counts:
    """Merge one unit; idempotent, also after a crash at any point.

    Raises:
        Fenced: a newer attempt took the unit over.
        HandoverMissing: staging is not complete.
        DatabaseUnavailable, DatabaseRefused: from the server; nothing was written (or all of it: ask again).
    """
    started = time.monotonic()
    merged = already_merged(run, connection, validation.unit.key)
    if merged is not None:
        discard_stage(run, connection, stage)
        return merged
    reporter.report(validation.unit.key, "merge", 0, stage.staged)
    landed = LandedRecords(run.storage, manifest, run.settings.stream(validation.unit.stream).records_path)
    for _ in range(10):
        connection.rollback()  # what was read so far must not be the snapshot that the merge looks at
        if stage.table:
            _prepare_changes(connection, validation.unit.definition)
        try:
            with _ended_when_frozen(connection, run.settings.engine.lease_seconds):
                counts = run_transaction(
                    connection,
                    lambda cursor: _merge(cursor, run, landed, validation, stage),  # noqa: B023 - runs at once
                    what=f"merging {validation.unit}",
                )
            break
        except BatchRuleBroken:
            discard_stage(run, connection, stage)  # repeating cannot help: nobody will ask for it again
            raise
        except StageNeeded:
            discard_stage(run, connection, stage)
            stage = stage_unit(run, connection, validation, reporter, into_table=True)
        except StaleValidation:
            validation, changed = validate_again(run, connection, landed, validation)
            if changed or not is_staged(run, connection, stage):
                discard_stage(run, connection, stage)
                stage = stage_unit(run, connection, validation, reporter)
    else:
        raise HandoverMissing(f"{validation.unit.key}: reference data kept changing; run it again")
    discard_stage(run, connection, stage)
    reporter.time(validation.unit.key, merge_ms=int((time.monotonic() - started) * 1000))
    return counts


def _prepare_changes(connection: Connection, stream: Stream) -> None:
    """Make the session's empty table of changes, before the transaction.

    A server that logs statements and enforces GTID consistency makes no temporary table inside of one. What a repeated
    transaction wrote into it is rolled back with the rest.
    """
    with translated_errors("preparing the merge"), closing(connection.cursor()) as cursor:
        connection.autocommit(True)
        try:
            execute(cursor, "sync/merge/changes_clear")
            execute(cursor, statement_of(kind_of(stream).changes, stream))
        finally:
            with suppress(mysql_driver.Error):  # the session may be lost by now
                connection.autocommit(False)


@contextmanager
def _ended_when_frozen(connection: Connection, seconds: int) -> Iterator[None]:
    """A process that is stopped in the middle of a merge keeps its locks, and every other merge waits.

    After ``seconds`` (the lease) without a statement the server ends its session, not after eight hours.
    """
    with translated_errors("preparing the merge"), closing(connection.cursor()) as cursor:
        cursor.execute("SET SESSION wait_timeout = %s", (seconds,))
    try:
        yield
    finally:
        with suppress(mysql_driver.Error), closing(connection.cursor()) as cursor:  # the session may be lost by now
            cursor.execute("SET SESSION wait_timeout = %s", (IDLE_SECONDS,))


def already_merged(run: RunContext, connection: Connection, unit_key: str) -> Counts | None:
    """What the run marker says, if this run has merged the unit."""
    connection.rollback()
    return _marked(query(connection, "sync/runs/unit", {"sync_log_id": run.sync_log_id, "unit_key": unit_key}))


def _marked(rows: list[dict[str, Any]]) -> Counts | None:
    """The counts of the run marker; None when the unit is not merged."""
    if not rows or rows[0]["merged_at"] is None:
        return None
    return Counts(**{name: rows[0][name] for name in Counts.__dataclass_fields__})


def _merge(
    cursor: Cursor, run: RunContext, landed: LandedRecords, validation: ValidationResult, stage: Stage
) -> Counts:
    cursor.execute("SET SESSION innodb_lock_wait_timeout = %s", (run.settings.engine.lock_wait_seconds,))
    execute(cursor, "sync/validate/lock_version")
    version = int(read_value(cursor))
    unit, stream = validation.unit, validation.unit.definition
    check_fence(cursor, **unit.row, sync_log_id=run.sync_log_id, fence=stage.fence)
    merged = _marked(query(cursor.connection, "sync/runs/unit", {"sync_log_id": run.sync_log_id, "unit_key": unit.key}))
    if merged is not None:
        return merged
    if validation.fetched and version != validation.reference_version:
        raise StaleValidation
    check_staged(cursor, stage)
    quarantine = Quarantine(cursor, unit, sync_log_id=run.sync_log_id, replayed=run.replayed)
    frames = (
        read_frame(run, f"{validation.folder}/rejected-{chunk}.arrow") for chunk in range(1, validation.chunks + 1)
    )
    rejected = quarantine.store_rejected(frames)
    reject_codes = Counter(validation.rejected)
    quarantine.store_superseded(read_frame(run, f"{validation.folder}/lost.arrow").iter_rows(named=True))
    outcome = kind_of(stream).merge(cursor, run, validation, stage)
    if outcome.orphans:
        places = [(place["page"], place["position"]) for place in outcome.orphans]
        rejected += quarantine.store_orphans(outcome.orphans, landed.raw_bytes(places))
        reject_codes[stream.orphan.code] += len(outcome.orphans)
    behind = [{**place, "code": OLDER} for place in outcome.older]
    behind += [{**place, "code": POINT_MISMATCH} for place in outcome.foreign]
    if behind:
        raw = landed.raw_bytes([(place["page"], place["position"]) for place in behind])
        kept = [{**place, "payload": raw[place["page"], place["position"]]} for place in behind]
        quarantine.store_superseded(kept)
    if (coverage := validation.coverage) is not None:
        quarantine.resolve_unseen(coverage)
    if run.replayed:
        quarantine.resolve_replayed(run.replayed_by)
    counts = Counts(
        fetched=validation.fetched,
        inserted=outcome.inserted,
        updated=outcome.updated,
        unchanged=stage.stored + stage.staged - outcome.inserted - outcome.updated - len(behind) - len(outcome.orphans),
        superseded=validation.superseded + len(behind),
        rejected=rejected,
        warnings=sum(validation.warnings.values()),
    )
    if outcome.changed:
        execute(cursor, "raise_version")
    _write_marker(cursor, run, validation, stage, counts, version)
    _write_codes(cursor, run, validation.unit.key, reject_codes, validation.warnings)
    for doubt in validation.doubts:
        message = f"{validation.unit.key}: {doubt}"
        write_event(
            cursor, run.sync_log_id, "warning", DOUBT_CATEGORY, "ANSWER_INCOMPLETE", message, unit=validation.unit.key
        )
    return counts


def _write_marker(
    cursor: Cursor, run: RunContext, validation: ValidationResult, stage: Stage, counts: Counts, version: int
) -> None:
    values = {name: getattr(counts, name) for name in Counts.__dataclass_fields__}
    key = {"sync_log_id": run.sync_log_id, "unit_key": validation.unit.key}
    execute(cursor, "sync/merge/mark_unit", {**key, **values, "fence": stage.fence, "reference_version": version})


def _write_codes(
    cursor: Cursor, run: RunContext, unit_key: str, rejected: Mapping[str, int], warnings: Mapping[str, int]
) -> None:
    """One event per code: what the run's summary, alerts and views tell."""
    for level, kind, codes in (("error", "reject", rejected), ("warning", "warning", warnings)):
        for code, records in sorted(codes.items()):
            message = f"{unit_key}: {count_of(records, 'record')} with {code}"
            write_event(cursor, run.sync_log_id, level, kind, code, message, records=records, unit=unit_key)


def validate_again(
    run: RunContext, connection: Connection, landed: LandedRecords, validation: ValidationResult
) -> tuple[ValidationResult, bool]:
    """Validate a unit's rows against the current reference data.

    Returns:
        The new result, and whether the outcome of any row differs, so that the unit has to be staged again.
    """
    day = validation.unit.day
    reference = load_reference(connection, stream=validation.unit.definition, day=day)
    rejected: Counter[str] = Counter()
    warnings: Counter[str] = Counter()
    keys: list[pl.DataFrame] = []
    doubtful: list[pl.Series] = []
    changed = False
    for chunk in range(1, validation.chunks + 1):
        file = f"{validation.folder}/rows-{chunk}.arrow"
        before = read_frame(run, file)
        parsed = before.drop(*RESULT_COLUMNS, *JOINED_COLUMNS, "is_doubtful", strict=False)
        after, rule_results = validate_frame(run, parsed, reference, day)
        rejected.update(finding.code for finding in rule_results.rejected.values())
        warnings.update(accepted_warnings(rule_results))
        same = all(
            before[name].equals(after[name]) for name in (*RESULT_COLUMNS, *JOINED_COLUMNS) if name in after.columns
        )
        if not same:
            changed = True
            write_frame(run, file, after)
            broken = after.filter(pl.col("code").is_not_null())
            places = positions_of(broken)
            raw = landed.raw_bytes(places)
            write_rejected(run, validation.folder, chunk, broken, [raw[place] for place in places])
        keys.append(valid_keys(after))
        doubtful.append(find_doubtful(after))
    superseded_before = read_frame(run, f"{validation.folder}/lost.arrow")
    superseded = find_superseded(run, validation.folder, keys, landed.raw_bytes)
    if not superseded.equals(superseded_before):
        changed = True
        write_frame(run, f"{validation.folder}/lost.arrow", superseded)
    renewed: dict[str, Any] = {
        "reference_version": reference.version,
        "rejected": dict(rejected),
        "warnings": dict(warnings),
        "superseded": len(superseded),
        "doubtful": write_doubtful(run, validation.folder, doubtful),
    }
    return replace(validation, **renewed), changed


JOINED_COLUMNS = ("plant_id", "equipment_id", "own_point_matches", "foreign_point", "is_stored")
"""Columns that come from the reference data and stay in the chunk files."""
