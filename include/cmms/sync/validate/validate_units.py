"""Step 3, validate: landed pages -> validated rows of each unit, in chunk files.

Input: the manifest of a fetched batch. Output: per unit a :class:`ValidationResult` (small, for XCom) and, in its
folder, ``rows-<n>.arrow`` (parsed values, ids, code and warnings per row), ``rejected-<n>.arrow`` (with the raw
record), ``lost.arrow`` (records superseded within the input), ``doubtful.arrow`` (machines whose reading may be
doubtful; only if there are any) and ``validation.json`` (Great Expectations' results).

Per chunk: read_records -> parse_records -> load_reference/join_reference -> apply_rules. Then, over the whole unit:
resolve_duplicates and check_contract. Memory is bounded by the chunk, but for the keys of the valid rows and the
reference data.
"""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import polars as pl

from cmms import give_back_memory
from cmms.database import Connection, Cursor, execute, run_transaction, session
from cmms.streams.unit import Unit
from cmms.sync.fetch.landed_records import LandedRecords, read_page
from cmms.sync.records import LandedPage, Manifest
from cmms.sync.runs.report_progress import Reporter
from cmms.sync.runs.run_context import RunContext
from cmms.sync.validate.check_contract import check_fields, check_not_empty, check_reject_rate
from cmms.sync.validate.check_coverage import Coverage, coverage_of
from cmms.sync.validate.load_reference import Reference, load_reference
from cmms.sync.validate.parse_records import parse_records
from cmms.sync.validate.raw_columns import RawColumns
from cmms.sync.validate.read_records import RecordReader
from cmms.sync.validate.validation_result import (
    ValidationResult,
    accepted_warnings,
    find_doubtful,
    find_superseded,
    positions_of,
    valid_keys,
    validate_frame,
    write_doubtful,
    write_frame,
    write_rejected,
)

_READERS = 2
"""Pages that are read at once."""
_LARGE_RECORDS = 10_000
"""From this many records on, returning memory is worth the milliseconds it takes."""


def spans_of(manifest: Manifest) -> list[tuple[tuple[Unit, ...], list[LandedPage]]]:
    """Pages by the units that their request asked for, oldest first; every unit is in exactly one span."""
    spans: dict[tuple[Unit, ...], list[LandedPage]] = {}
    for page in manifest.pages:
        spans.setdefault(page.units, []).append(page)
    covered = {unit for span in spans for unit in span}
    spans.update({(unit,): [] for unit in manifest.units if unit not in covered})
    return sorted(spans.items())


def validate_span(
    run: RunContext,
    connection: Connection,
    manifest: Manifest,
    span: tuple[Unit, ...],
    pages: Sequence[LandedPage],
    reporter: Reporter,
) -> list[ValidationResult]:
    """Validate the pages of one request for ``span`` (one day, or the days of a range).

    Raises:
        ContractBroken, BatchRuleBroken: the input as a whole is wrong; nothing of it may be merged.
        HandoverMissing: a landed page is not there.
    """
    started = time.monotonic()
    stream = run.scope.stream
    settings = run.settings.stream(stream)
    fields = settings.fields.as_dict()
    units = [_ValidatedUnit(run, connection, unit) for unit in span]
    present: set[str] = set()
    unknown: set[str] = set()
    total, received = sum(page.records for page in pages), 0
    reporter.report(span[0].key, "validate", 0, total)
    if total >= _LARGE_RECORDS:
        give_back_memory()  # used by earlier days
    with ThreadPoolExecutor(1, "reference") as aside:
        if total and len(units) == 1 and run.settings.rules.unknown_plant != "create":
            units[0].load_reference_in(aside)
        for chunk in _chunks(run, _read_ahead(run, settings.records_path, fields, pages)):
            present |= _present_fields(chunk)
            unknown |= {name for _, raw in chunk for name in raw.unknown_fields}
            received += _validate_chunk(run, connection, units, chunk)
            reporter.report(span[0].key, "validate", received, total)
    if run.has_batch_rules:
        if not run.scope.is_restricted:
            check_not_empty(settings, span, fetched=received)
        if received:
            check_fields(
                connection,
                stream=stream,
                fields=fields,
                present=frozenset(present),
                is_restricted=run.scope.is_restricted,
            )
    if unknown:
        reporter.event("warning", "validation", "UNKNOWN_FIELD", "fields that no setting maps", fields=sorted(unknown))
    landed = LandedRecords(run.storage, manifest, settings.records_path)
    validations = [unit.conclude(landed, coverage_of(manifest, unit.unit, unit.plants)) for unit in units]
    if total >= _LARGE_RECORDS:
        give_back_memory()
    for asked in span:
        reporter.time(asked.key, validate_ms=int((time.monotonic() - started) * 1000 / len(span)))
    return validations


def _validate_chunk(
    run: RunContext, connection: Connection, units: list[_ValidatedUnit], chunk: list[tuple[int, RawColumns]]
) -> int:
    """Parse and validate the records of some pages; returns how many. Empties ``chunk``."""
    records = {number: columns.records for number, columns in chunk}
    frame = _in_scope(parse_records(chunk, stream=run.scope.stream, settings=run.settings), run)
    chunk.clear()  # the frame holds the values now; only the raw records are still needed
    if len(frame) >= _LARGE_RECORDS:
        give_back_memory()
    _create_plants(run, connection, frame)
    for unit, rows in _by_unit(units, frame):
        unit.add_chunk(rows, records)
    return sum(map(len, records.values()))


class _ValidatedUnit:
    """Collects the validated chunks of one unit of work."""

    def __init__(self, run: RunContext, connection: Connection, unit: Unit) -> None:
        self.unit = unit
        self.day = unit.day
        self._run = run
        self._connection = connection
        self._folder = f"{run.unit_folder(unit.key)}/{uuid.uuid4().hex[:8]}"
        self._reference: Reference | None = None
        self._loading: Future[Reference] | None = None
        self._chunks = 0
        self._fetched = 0
        self._keys: list[pl.DataFrame] = []
        self._doubtful: list[pl.Series] = []
        self._raw_twice: dict[tuple[int, int], bytes] = {}
        self._rejected: Counter[str] = Counter()
        self._warnings: Counter[str] = Counter()
        self._results: list[dict[str, Any]] = []
        self.plants: set[str] = set()
        """Plants of the accepted records."""

    def load_reference_in(self, executor: ThreadPoolExecutor) -> None:
        """Read the reference data while the first chunk is read and parsed: the database is idle then."""

        def load() -> Reference:
            with session() as connection:
                return load_reference(connection, stream=self.unit.definition, day=self.day)

        self._loading = executor.submit(load)

    def add_chunk(self, rows: pl.DataFrame, raw: dict[int, Any]) -> None:
        """Validate one chunk's rows of this unit and write them."""
        if rows.is_empty():
            return
        if self._reference is None:
            loading = self._loading
            self._reference = (
                loading.result()
                if loading
                else load_reference(self._connection, stream=self.unit.definition, day=self.day)
            )
        validated, rule_results = validate_frame(self._run, rows, self._reference, self.day)
        self.plants.update(validated.filter(pl.col("code").is_null())["plant_code"].unique())
        self._chunks += 1
        self._fetched += len(validated)
        self._rejected.update(finding.code for finding in rule_results.rejected.values())
        self._warnings.update(accepted_warnings(rule_results))
        add_results(self._results, rule_results.results)
        write_frame(self._run, f"{self._folder}/rows-{self._chunks}.arrow", validated)
        rejected = validated.filter(pl.col("code").is_not_null())
        payloads = [bytes(raw[page][position]) for page, position in positions_of(rejected)]
        write_rejected(self._run, self._folder, self._chunks, rejected, payloads)
        self._doubtful.append(find_doubtful(validated))
        self._keys.append(valid_keys(validated))
        twice = self._keys[-1].filter(pl.col("equipment_number").is_duplicated())
        self._raw_twice.update({(page, position): bytes(raw[page][position]) for page, position in positions_of(twice)})

    def conclude(self, landed: LandedRecords, coverage: Coverage) -> ValidationResult:
        """Find superseded records and check the batch rules over the whole unit."""
        version = self._reference.version if self._reference else 0
        self._reference = self._loading = None  # large, and not needed any more
        superseded = find_superseded(
            self._run, self._folder, self._keys, lambda places: self._raw_bytes(landed, places)
        )
        write_frame(self._run, f"{self._folder}/lost.arrow", superseded)
        found = {"stream": self.unit.stream, "results": self._results}
        self._run.storage.write_bytes(f"{self._folder}/validation.json", json.dumps(found, default=str).encode())
        if self._run.has_batch_rules:
            check_reject_rate(
                self._run.settings.rules, unit_key=self.unit.key, fetched=self._fetched, rejected=self._rejected
            )
        incremental = self._run.settings.stream(self._run.scope.stream).incremental.parameter is not None
        return ValidationResult(
            unit=self.unit,
            folder=self._folder,
            fetched=self._fetched,
            chunks=self._chunks,
            reference_version=version,
            rejected=dict(self._rejected),
            warnings=dict(self._warnings),
            superseded=len(superseded),
            seen_all=not (
                self._run.scope.is_restricted
                or self._run.sync_type == "replay"
                or (incremental and not self._run.scope.full_refresh)
            ),
            doubts=coverage.doubts,
            covered_plants=self._as_stored(coverage.plant_codes),
            doubtful=write_doubtful(self._run, self._folder, self._doubtful),
        )

    def _as_stored(self, plant_codes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        is_upper = self._run.settings.rules.plant_code_case == "upper"
        return tuple(map(str.upper, plant_codes)) if plant_codes and is_upper else plant_codes

    def _raw_bytes(self, landed: LandedRecords, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        """Raw records; only those whose duplicate was in another chunk are read again."""
        known = {place: self._raw_twice[place] for place in places if place in self._raw_twice}
        return {**known, **landed.raw_bytes([place for place in places if place not in known])}


def add_results(total: list[dict[str, Any]], results: list[dict[str, Any]]) -> None:
    """Add one chunk's expectation results to the unit's."""
    if not total:
        total.extend(dict(result) for result in results)
        return
    for result, addition in zip(total, results, strict=True):
        result["element_count"] += addition["element_count"]
        result["unexpected_count"] += addition["unexpected_count"]


def _read_ahead(
    run: RunContext, records_path: str, fields: dict[str, tuple[str, ...]], pages: Iterable[LandedPage]
) -> Iterator[tuple[int, RawColumns]]:
    """Read pages in order, some at a time: unpacking and decoding release the interpreter lock."""

    def read(page: LandedPage) -> RawColumns:
        return RecordReader(records_path=records_path, fields=fields).read(read_page(run.storage, page))

    waiting: deque[tuple[int, Future[RawColumns]]] = deque()
    with ThreadPoolExecutor(_READERS, "reader") as readers:
        for page in pages:
            if page.records:
                waiting.append((page.number, readers.submit(read, page)))
            if len(waiting) > _READERS:
                number, columns = waiting.popleft()
                yield number, columns.result()
        for number, columns in waiting:
            yield number, columns.result()


def _chunks(run: RunContext, pages: Iterable[tuple[int, RawColumns]]) -> Iterator[list[tuple[int, RawColumns]]]:
    """Pages in groups of at least ``engine.chunk_records`` records (a page is never split)."""
    chunk: list[tuple[int, RawColumns]] = []
    records = 0
    for number, columns in pages:
        if chunk and records + len(columns.records) > run.settings.engine.chunk_records:
            yield chunk
            chunk, records = [], 0
        chunk.append((number, columns))
        records += len(columns.records)
    if chunk:
        yield chunk


def _present_fields(chunk: list[tuple[int, RawColumns]]) -> set[str]:
    return {name for _, raw in chunk for name, values in raw.values.items() if values.present}


def _in_scope(frame: pl.DataFrame, run: RunContext) -> pl.DataFrame:
    """Drop records outside the run's scope: the source may be unable to filter."""
    if run.scope.equipment_numbers:
        frame = frame.filter(pl.col("equipment_number").is_in(list(run.scope.equipment_numbers)))
    if run.scope.plant_codes:
        frame = frame.filter(pl.col("plant_code").is_in(list(run.scope.plant_codes)))
    return frame


def _by_unit(units: list[_ValidatedUnit], frame: pl.DataFrame) -> Iterator[tuple[_ValidatedUnit, pl.DataFrame]]:
    """Rows by their day; a day that was not requested or is unreadable goes to the first unit, which rejects it."""
    if len(units) == 1:
        yield units[0], frame
        return
    days = [unit.day for unit in units]
    for unit in units:
        belongs = pl.col("date") == unit.day
        if unit is units[0]:
            belongs = belongs | ~pl.col("date").is_in(days) | pl.col("date").is_null()
        yield unit, frame.filter(belongs)


def _create_plants(run: RunContext, connection: Connection, frame: pl.DataFrame) -> None:
    """With ``rules.unknown_plant: create``, plants appear with their first readable record."""
    if run.settings.rules.unknown_plant != "create":
        return
    is_readable = (
        pl.col("problem").is_null()
        & (pl.col("equipment_number").str.len_chars() <= 50)
        & pl.col("api_created_at").is_not_null()
        & (pl.col("plant_code").str.len_chars() <= 10)
    )
    codes = frame.filter(is_readable)["plant_code"].unique().sort().to_list()

    def write(cursor: Cursor) -> None:
        if sum(execute(cursor, "sync/validate/create_plant", {"plant_code": code}) for code in codes):
            execute(cursor, "raise_version")

    if codes:
        run_transaction(connection, write, what="creating plants")
