"""Step 4, stage: valid rows of a unit -> its staging table in the database.

Input: a :class:`~cmms.sync.validate.validation_result.ValidationResult` and its files. Output: a filled staging table,
named by run, unit and fence, so that no other attempt writes into it. Running times that are stored already, just like
this, are left out (:mod:`cmms.sync.validate.shape_rows`). Loaded by LOAD DATA LOCAL; when the server or the client
forbids that, by multi-row INSERT, said once. What MySQL would silently change (a warning) is an error. Of a day of
which nothing is stored yet, only the file is made: the merge loads it straight into the table
(docs/decisions/0015-new-days.md).
"""

from __future__ import annotations

import io
import logging
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import IO

import polars as pl

from cmms import mysql_driver
from cmms.database import (
    Connection,
    Cursor,
    execute,
    is_local_file_refused,
    load_sql,
    query,
    read_value,
    run_transaction,
    translated_errors,
)
from cmms.errors import DatabaseRefused, HandoverMissing, StorageUnavailable
from cmms.streams.stream import Stream
from cmms.streams.unit import Unit
from cmms.sync.merge.merge_kind import kind_of, statement_of
from cmms.sync.merge.stage import Stage
from cmms.sync.runs.claim_units import claim_unit
from cmms.sync.runs.report_progress import Reporter
from cmms.sync.runs.run_context import RunContext
from cmms.sync.validate.shape_rows import checksum_of
from cmms.sync.validate.validation_result import ValidationResult, read_frame

log = logging.getLogger(__name__)

_UNSAFE_FOR_THE_LOG = 1592
"""A server with ``binlog_format=STATEMENT`` says so of every LOAD DATA; no value is changed."""


def stage_unit(
    run: RunContext,
    connection: Connection,
    validation: ValidationResult,
    reporter: Reporter,
    *,
    into_table: bool = False,
) -> Stage:
    """Stage a unit's valid, not superseded rows; running times: only new or changed ones.

    Args:
        run: the run.
        connection: to the CMMS database.
        validation: of the unit.
        reporter: told of the progress.
        into_table: a table also for a day of which nothing is stored.

    Raises:
        RunConflict: another run holds the unit.
        HandoverMissing: chunk files are not there.
        DatabaseRefused: the server would have changed values.
        StorageUnavailable: no room for a temporary file.
    """
    started = time.monotonic()
    fence = claim(run, connection, validation.unit, reporter)
    table = _table_name(run, validation, fence)
    expected = validation.fetched - sum(validation.rejected.values()) - validation.superseded
    reporter.report(validation.unit.key, "stage", 0, expected)
    file = ""
    loader: _File | _Loader
    if expected and not into_table and _is_new_day(run, connection, validation):
        table, file = "", f"{validation.folder}/load-{fence}.tsv"
        loader = _File(run, file)
    else:
        loader = _Loader(run, connection, table, validation.unit.definition)
        loader.create()
    superseded = read_frame(run, f"{validation.folder}/lost.arrow").select("page", "position")
    shape = kind_of(validation.unit.definition).shape
    seen = staged = 0
    for chunk in range(1, validation.chunks + 1):
        validated = read_frame(run, f"{validation.folder}/rows-{chunk}.arrow")
        rows = validated.filter(pl.col("code").is_null()).join(superseded, on=["page", "position"], how="anti")
        shaped = shape(run, connection, rows)
        loader.load(shaped)
        seen += len(rows)
        staged += len(shaped)
        reporter.report(validation.unit.key, "stage", seen, expected)
    connection.commit()
    if seen != expected:
        raise HandoverMissing(f"{validation.unit.key}: {seen} valid rows, {expected} expected; re-run from validate")
    reporter.time(validation.unit.key, stage_ms=int((time.monotonic() - started) * 1000))
    return Stage(table, fence, staged, stored=seen - staged, file=file, checksum=loader.checksum)


def claim(run: RunContext, connection: Connection, unit: Unit, reporter: Reporter) -> int:
    """Take the unit for this attempt (see :func:`~cmms.sync.runs.claim_units.claim_unit`); returns its fence.

    What is taken anew is merged anew, also in a run that has merged the unit before and was cleared or repeated.
    """
    fence = claim_unit(
        connection,
        **unit.row,
        sync_log_id=run.sync_log_id,
        lease_seconds=run.settings.engine.lease_seconds,
        wait_seconds=run.settings.engine.unit_wait_seconds if run.waits_for_units else 0,
        while_waiting=reporter.check,
    )
    _forget_merge(run, connection, unit)
    return fence


def _forget_merge(run: RunContext, connection: Connection, unit: Unit) -> None:
    """No attempt that staged earlier can commit any more: the unit has just been claimed."""
    row = {"sync_log_id": run.sync_log_id, "unit_key": unit.key}

    def forget(cursor: Cursor) -> None:
        if execute(cursor, "sync/runs/reset_unit", row):
            execute(cursor, "sync/runs/forget_unit_counts", row)
            execute(cursor, "sync/merge/clear_positions", {**row, **unit.row})

    run_transaction(connection, forget, what=f"taking up {unit.key} anew")


def _is_new_day(run: RunContext, connection: Connection, validation: ValidationResult) -> bool:
    """Whether the day may be loaded from a file; the merge, which has the locks, looks once more.

    Ids follow the order of the rows, which must not depend on how the input was cut: only a single chunk is in order.
    """
    has_day = kind_of(validation.unit.definition).has_day
    if not has_day or validation.chunks > 1 or run.settings.engine.load_data != "auto":
        return False
    found = query(connection, has_day, {"day": validation.unit.day})
    connection.rollback()
    return not found[0]["has_day"]


def discard_stage(run: RunContext, connection: Connection, stage: Stage) -> None:
    """Remove what was staged; what is gone is fine."""
    if stage.file:
        run.storage.delete_file(stage.file)
    if stage.table:
        drop_stage(connection, stage.table)


def drop_stage(connection: Connection, table: str) -> None:
    """Remove a staging table; one that is gone is fine."""
    with translated_errors(f"dropping {table}"), closing(connection.cursor()) as cursor:
        execute(cursor, "sync/merge/drop", stage_table=table)
        connection.commit()


def is_staged(run: RunContext, connection: Connection, stage: Stage) -> bool:
    """Whether all that was staged is there."""
    if stage.file:
        return run.storage.exists(stage.file)
    try:
        return int(query(connection, "sync/merge/count", stage_table=stage.table)[0]["staged"]) == stage.staged
    except mysql_driver.ProgrammingError:  # no such table
        return False


def check_staged(cursor: Cursor, stage: Stage) -> None:
    """Never merge less than what was staged; of a file, the merge counts the rows as it loads them.

    Raises:
        HandoverMissing: the table is gone or not complete.
    """
    if stage.file:
        return
    try:
        execute(cursor, "sync/merge/count", stage_table=stage.table)
        found = int(read_value(cursor))
    except mysql_driver.ProgrammingError:
        found = 0
    if found != stage.staged or not stage.table:
        raise HandoverMissing(f"{stage.table} is not complete; clear the stage task and all after it")


def _table_name(run: RunContext, validation: ValidationResult, fence: int) -> str:
    unit = validation.unit
    return f"stg_{unit.stream}_{run.sync_log_id}_{unit.key.replace('-', '')}_{fence}"


def _write_rows(rows: pl.DataFrame, file: Path | IO[bytes]) -> None:
    """As LOAD DATA reads them: text is quoted, NULL is the bare word."""
    rows.write_csv(
        file,
        separator="\t",
        include_header=False,
        quote_style="non_numeric",
        null_value="NULL",
        datetime_format="%Y-%m-%d %H:%M:%S%.3f",
    )


class _File:
    """Writes a frame into the storage, for the merge to load."""

    def __init__(self, run: RunContext, file: str) -> None:
        self.checksum = 0
        self._run = run
        self._file = file

    def load(self, rows: pl.DataFrame) -> None:
        buffer = io.BytesIO()
        _write_rows(rows, buffer)
        self.checksum = checksum_of(buffer.getvalue(), self._run.scope.definition)
        self._run.storage.write_bytes(self._file, buffer.getbuffer())


class _Loader:
    """Loads frames into one staging table, by the fastest way that the server allows."""

    checksum = 0

    def __init__(self, run: RunContext, connection: Connection, table: str, stream: Stream) -> None:
        self._engine = run.settings.engine
        self._connection = connection
        self._table = table
        self._kind, self._stream = kind_of(stream), stream
        self._infile = self._engine.load_data == "auto"

    def create(self) -> None:
        with translated_errors(f"creating {self._table}"), closing(self._connection.cursor()) as cursor:
            execute(cursor, "sync/merge/drop", stage_table=self._table)
            execute(cursor, statement_of(self._kind.create, self._stream), stage_table=self._table)

    def load(self, rows: pl.DataFrame) -> None:
        if rows.is_empty():
            return
        if self._infile and self._load_file(rows):
            return
        self._insert(rows)

    def _load_file(self, rows: pl.DataFrame) -> bool:
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="cmms-stage-"))
                file = Path(folder, "rows.tsv")
                _write_rows(rows, file)
            except OSError as error:
                where = tempfile.tempdir or "the folder for temporary files"
                raise StorageUnavailable(f"staging needs room for a file in {where} (TMPDIR): {error}") from error
            try:
                with closing(self._connection.cursor()) as cursor:
                    loaded = execute(cursor, "sync/merge/load", {"file": str(file)}, stage_table=self._table)
                    self._refuse_changes(cursor, loaded, len(rows))
            except mysql_driver.Error as error:
                if not is_local_file_refused(error):
                    raise
                log.warning("LOAD DATA LOCAL is not allowed here (%s): staging by INSERT, which is slower", error)
                self._infile = False
                return False
        return True

    def _refuse_changes(self, cursor: Cursor, loaded: int, expected: int) -> None:
        """LOAD DATA LOCAL turns errors into warnings and goes on: that would change or lose values silently."""
        warnings = mysql_driver.count_warnings(self._connection)
        if loaded == expected and warnings == 0:
            return
        cursor.execute("SHOW WARNINGS LIMIT 3")
        rows = cursor.fetchall()
        if loaded == expected and [row[1] for row in rows] == [_UNSAFE_FOR_THE_LOG] and warnings == 1:
            return
        found = "; ".join(str(row[2]) for row in rows)
        raise DatabaseRefused(f"staging loaded {loaded} of {expected} rows unchanged: {found}")

    def _insert(self, rows: pl.DataFrame) -> None:
        statement = load_sql(statement_of(self._kind.insert, self._stream)).replace("{stage}", f"`{self._table}`")
        with translated_errors("staging by INSERT"), closing(self._connection.cursor()) as cursor:
            mysql_driver.limit_statement(cursor, self._engine.insert_batch_bytes)
            cursor.executemany(statement, rows.to_dicts())
