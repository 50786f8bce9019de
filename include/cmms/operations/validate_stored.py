"""Validate stored data again: machines and their readings of the newest days, by the rules of the syncs.

Input: an opened row of ``validation_reports``: whose machines, how many days. Output: its counts, and a row of
``validation_findings`` for each rule that a stored row breaks. Nothing else is changed. Suites, settings, reference
data and :func:`~cmms.sync.validate.apply_rules.apply_rules` are those of a sync: a row that breaks a critical rule here
would be rejected if it came today (a limit was lowered, an earlier reading was corrected, a counter was edited by
hand).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from cmms.database import Connection, Cursor, execute, insert_many, query, run_transaction, session
from cmms.errors import AskPerson, Failure
from cmms.operations.validation_reports import close_report
from cmms.settings import Settings
from cmms.settings.stored_versions import current_settings
from cmms.streams import STREAMS, StreamName
from cmms.streams.stream import Stream
from cmms.sync.validate.apply_rules import RuleResults, apply_rules
from cmms.sync.validate.load_reference import join_reference, load_reference
from cmms.sync.validate.parse_records import schema_of
from cmms.sync.validate.rule_suites import load_suite

FINDING_LIMIT = 100_000
"""So many findings are kept of a report; all of them are counted."""
_IDS_AT_ONCE = 20_000
_NOTHING: tuple[Any, ...] = (None,)


@dataclass
class Counts:
    """What a validation has seen and found so far."""

    machines: int = 0
    readings: int = 0
    findings: int = 0


def write_report(report_id: int, *, run_date: date, settings: Settings | None = None) -> Counts:
    """Validate what the report asks for, and close it in any case.

    Args:
        report_id: of an opened report.
        run_date: the day from which future and old are seen.
        settings: default: the stored version, else the file.

    Raises:
        AskPerson: there is no such report, or it is finished already.
    """
    try:
        with session() as connection:
            rows = query(connection, "operations/validation/report", {"id": report_id})
            if not rows or rows[0]["status"] != "running":
                raise AskPerson(f"there is no open report {report_id}")
            counts = _validate(connection, rows[0], run_date, settings or current_settings(connection)[0])
            close_report(connection, report_id, "success", None)
    except BaseException as error:
        with session() as fresh:  # the failing one may be lost
            close_report(fresh, report_id, "failed", str(Failure.of(error))[:500])
        raise
    return counts


def _validate(connection: Connection, report: Mapping[str, Any], run_date: date, settings: Settings) -> Counts:
    ids = None if report["scope"] is None else [int(key) for key in json.loads(report["scope"])]
    last = _newest_day(connection)
    days = [last - timedelta(days=back) for back in range(int(report["days"]) - 1, -1, -1)] if last else []
    span = {"id": report["id"], "first_day": days[0] if days else None, "last_day": last}
    counts = Counts()
    for stream, day in _units(days):
        reference = load_reference(connection, stream=stream, day=day)
        for frame in _read_stored(connection, stream, day, ids):
            rule_results = apply_rules(
                join_reference(frame, reference, day=day, rules=settings.rules),
                stream=stream.name,
                settings=settings,
                days=None if day is None else (day, day),
                run_date=run_date,
            )
            found = list(_findings(rule_results, frame, stream.name, day, int(report["id"])))
            kept = found[: max(0, FINDING_LIMIT - counts.findings)]
            counts.findings += len(found)
            counts.machines += len(frame) if day is None else 0
            counts.readings += 0 if day is None else len(frame)

            def write(cursor: Cursor, kept: list[dict[str, Any]] = kept) -> None:
                insert_many(cursor, "operations/validation/insert_finding", kept)
                execute(cursor, "operations/validation/note_progress", {**span, **vars(counts)})

            run_transaction(connection, write, what="keeping what a validation has found")
    return counts


def _newest_day(connection: Connection) -> date | None:
    """The newest day of which anything is stored, of whatever stream."""
    names = [stream.name for stream in STREAMS.values() if stream.is_daily]
    found = [query(connection, f"operations/validation/newest_day:{name}")[0]["day"] for name in names]
    return max((day for day in found if day), default=None)


def _units(days: Iterable[date]) -> Iterator[tuple[Stream, date | None]]:
    for stream in STREAMS.values():
        yield from ((stream, day) for day in (days if stream.is_daily else (None,)))


def _read_stored(
    connection: Connection, stream: Stream, day: date | None, ids: Sequence[int] | None
) -> Iterator[pl.DataFrame]:
    """Stored rows in the schema of parsed ones, with ``own_id`` of the machine beside."""
    schema = {"own_id": pl.Int64, **schema_of(stream)}
    for chunk in _chunks(ids):
        asked = {"day": day, "all_ids": chunk is None, "ids": chunk or _NOTHING}
        rows = query(connection, f"operations/validation/stored_{stream.name}", asked)
        yield pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=schema)


def _chunks(ids: Sequence[int] | None) -> Iterable[tuple[int, ...] | None]:
    if ids is None:
        return [None]
    return [tuple(ids[start : start + _IDS_AT_ONCE]) for start in range(0, len(ids), _IDS_AT_ONCE)]


def _findings(
    rule_results: RuleResults, frame: pl.DataFrame, stream: StreamName, day: date | None, report_id: int
) -> Iterator[dict[str, Any]]:
    """Of a row that would be rejected, why; of one that would be kept, its warnings."""
    warnings = {
        rule["meta"]["code"]: rule["meta"]
        for rule in load_suite(stream)["expectations"]
        if rule["severity"] == "warning"
    }
    machines = frame["own_id"].to_list()
    common = {"report_id": report_id, "stream": stream, "reading_date": day}
    for row, finding in rule_results.rejected.items():
        facts = {"severity": "critical", "code": finding.code, "rule": finding.rule, "message": finding.message[:500]}
        yield {**common, "equipment_id": machines[row], **facts}
    for row, codes in rule_results.warnings.items():
        for code in sorted(codes) if row not in rule_results.rejected else ():
            meta = warnings[code]
            facts = {"severity": "warning", "code": code, "rule": meta["rule"], "message": meta["message"][:500]}
            yield {**common, "equipment_id": machines[row], **facts}
