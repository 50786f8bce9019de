"""Step 4, stage: valid rows of a unit -> its staging table in the database.

Input: a :class:`~cmms.sync.verdict.Verdict` and its chunk files. Output: a filled staging table, named by
run, unit and fence, so that no other attempt writes into it. Running times that are stored already, just like this, are
left out (:mod:`cmms.sync.shape_rows`). Loaded by LOAD DATA LOCAL; when the server or the client forbids that, by
multi-row INSERT, said once. What MySQL would silently change (a warning) is an error.
"""

from __future__ import annotations

import logging
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import MySQLdb
import polars as pl

from cmms.database import (
    INFILE_FORBIDDEN,
    Connection,
    Cursor,
    error_number,
    execute,
    load_sql,
    query,
    run_transaction,
    translated_errors,
)
from cmms.errors import DatabaseRefused, HandoverMissing, StorageUnavailable
from cmms.sync.claim_units import claim_unit
from cmms.sync.classify_groups import classify_groups
from cmms.sync.report_progress import Reporter
from cmms.sync.run_context import RunContext
from cmms.sync.shape_rows import shape_equipment, shape_running_times
from cmms.sync.verdict import Verdict, read_frame

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stage:
    """A filled staging table: small, for XCom.

    Attributes:
        staged: rows in the table.
        stored: valid rows that are not in it, because the database holds them just like this.
    """

    table: str
    fence: int
    staged: int
    stored: int = 0


def stage_unit(run: RunContext, connection: Connection, verdict: Verdict, reporter: Reporter) -> Stage:
    """Fill the unit's staging table with its valid, not superseded rows; running times: only new or changed ones.

    Raises:
        RunConflict: another run holds the unit.
        HandoverMissing: chunk files are not there.
        DatabaseRefused: the server would have changed values.
        StorageUnavailable: no room for a temporary file.
    """
    started = time.monotonic()
    fence = claim(run, connection, verdict.unit_key, reporter)
    _forget_merge(run, connection, verdict.unit_key)
    table = _table_name(run, verdict, fence)
    expected = verdict.fetched - sum(verdict.rejected.values()) - verdict.lost
    reporter.report(verdict.unit_key, "stage", 0, expected)
    with translated_errors(f"creating the staging table of {verdict.unit_key}"), closing(connection.cursor()) as cursor:
        execute(cursor, "stage/drop", stage_table=table)
        execute(cursor, f"stage/create_{verdict.stream}", stage_table=table)
    lost = read_frame(run, f"{verdict.folder}/lost.arrow").select("page", "position")
    loader = _Loader(run, connection, table, verdict.stream)
    seen = staged = 0
    for chunk in range(1, verdict.chunks + 1):
        judged = read_frame(run, f"{verdict.folder}/rows-{chunk}.arrow")
        rows = judged.filter(pl.col("code").is_null()).join(lost, on=["page", "position"], how="anti")
        shaped = _shape(run, connection, rows)
        loader.load(shaped)
        seen += len(rows)
        staged += len(shaped)
        reporter.report(verdict.unit_key, "stage", seen, expected)
    connection.commit()
    if seen != expected:
        raise HandoverMissing(f"{verdict.unit_key}: {seen} valid rows, {expected} expected; re-run from validate")
    reporter.time(verdict.unit_key, stage_ms=int((time.monotonic() - started) * 1000))
    return Stage(table, fence, staged, stored=seen - staged)


def claim(run: RunContext, connection: Connection, unit_key: str, reporter: Reporter) -> int:
    """Take the unit for this attempt (see :func:`~cmms.sync.claim_units.claim_unit`)."""
    return claim_unit(
        connection,
        stream=run.scope.stream,
        unit_key=unit_key,
        sync_log_id=run.sync_log_id,
        lease_seconds=run.settings.engine.lease_seconds,
        wait_seconds=run.settings.engine.unit_wait_seconds,
        while_waiting=reporter.check,
    )


def _forget_merge(run: RunContext, connection: Connection, unit_key: str) -> None:
    """What is staged anew is merged anew, also in a run that has merged the unit before and was cleared.

    No attempt that staged earlier can commit any more: the unit has just been claimed.
    """
    unit = {"sync_log_id": run.sync_log_id, "unit_key": unit_key}

    def forget(cursor: Cursor) -> None:
        if execute(cursor, "run/reset_unit", unit):
            execute(cursor, "run/forget_unit_counts", unit)

    run_transaction(connection, forget, what=f"staging {unit_key} anew")


def drop_stage(connection: Connection, table: str) -> None:
    """Remove a staging table; one that is gone is fine."""
    with translated_errors(f"dropping {table}"), closing(connection.cursor()) as cursor:
        execute(cursor, "stage/drop", stage_table=table)
        connection.commit()


def is_staged(connection: Connection, stage: Stage) -> bool:
    """Whether the staging table is there, with all its rows."""
    try:
        return int(query(connection, "stage/count", stage_table=stage.table)[0]["staged"]) == stage.staged
    except MySQLdb.ProgrammingError:  # no such table
        return False


def check_staged(cursor: Cursor, stage: Stage) -> None:
    """Never merge less than what was staged.

    Raises:
        HandoverMissing: the table is gone or not complete.
    """
    try:
        execute(cursor, "stage/count", stage_table=stage.table)
        found = int(cursor.fetchone()[0])
    except MySQLdb.ProgrammingError:
        found = 0
    if found != stage.staged or not stage.table:
        raise HandoverMissing(f"{stage.table} is not complete; clear the stage task and all after it")


def _table_name(run: RunContext, verdict: Verdict, fence: int) -> str:
    unit = verdict.unit_key.replace("-", "")
    return f"stg_{verdict.stream}_{run.sync_log_id}_{unit}_{fence}"


def _shape(run: RunContext, connection: Connection, rows: pl.DataFrame) -> pl.DataFrame:
    if run.scope.stream == "equipment":
        has_group_field = bool(run.settings.streams.equipment.fields.equipment_group)
        return shape_equipment(classify_groups(rows, connection, has_group_field=has_group_field))
    return shape_running_times(rows.filter(~pl.col("is_stored")))


class _Loader:
    """Loads frames into one staging table, by the fastest way that the server allows."""

    def __init__(self, run: RunContext, connection: Connection, table: str, stream: str) -> None:
        self._engine = run.settings.engine
        self._connection = connection
        self._table = table
        self._stream = stream
        self._infile = self._engine.load_data == "auto"

    def load(self, rows: pl.DataFrame) -> None:
        if rows.is_empty():
            return
        if self._infile and self._load_file(rows):
            return
        self._insert(rows)

    def _load_file(self, rows: pl.DataFrame) -> bool:
        with tempfile.TemporaryDirectory(prefix="cmms-stage-") as folder:
            file = Path(folder, "rows.tsv")
            try:
                rows.write_csv(
                    file,
                    separator="\t",
                    include_header=False,
                    quote_style="non_numeric",
                    null_value="NULL",
                    datetime_format="%Y-%m-%d %H:%M:%S%.3f",
                )
            except OSError as error:
                raise StorageUnavailable(f"staging needs room for a file in {folder} (TMPDIR): {error}") from error
            try:
                with closing(self._connection.cursor()) as cursor:
                    loaded = execute(cursor, "stage/load", {"file": str(file)}, stage_table=self._table)
                    self._refuse_changes(cursor, loaded, len(rows))
            except MySQLdb.Error as error:
                if error_number(error) not in INFILE_FORBIDDEN:
                    raise
                log.warning("LOAD DATA LOCAL is not allowed here (%s): staging by INSERT, which is slower", error)
                self._infile = False
                return False
        return True

    def _refuse_changes(self, cursor: object, loaded: int, expected: int) -> None:
        """LOAD DATA LOCAL turns errors into warnings and goes on: that would change or lose values silently."""
        if loaded == expected and self._connection.warning_count() == 0:
            return
        cursor.execute("SHOW WARNINGS LIMIT 3")  # type: ignore[attr-defined]
        found = "; ".join(str(row[2]) for row in cursor.fetchall())  # type: ignore[attr-defined]
        raise DatabaseRefused(f"staging loaded {loaded} of {expected} rows unchanged: {found}")

    def _insert(self, rows: pl.DataFrame) -> None:
        statement = load_sql(f"stage/insert_{self._stream}").replace("{stage}", f"`{self._table}`")
        with translated_errors("staging by INSERT"), closing(self._connection.cursor()) as cursor:
            cursor.max_stmt_length = self._engine.insert_batch_bytes
            cursor.executemany(statement, rows.to_dicts())
