"""Part of ``python -m cmms verify``: what the source has sent, while it is stored, is in the tables or in quarantine.

Input: merged units of closed runs, their manifests and raw pages in the storage (``storage.keep_days``). Output: one
sentence per difference, with the machine's number. One page and the keys of the days of one batch are in memory at a
time. Pages that are gone say nothing; neither do records without a readable number and day, which have no key to look
for, nor runs whose settings another version of this package has written.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import groupby
from typing import Any

import polars as pl
from pydantic import ValidationError

from cmms.alerts.records import to_database
from cmms.database import Connection, query
from cmms.errors import HandoverMissing, StorageUnavailable
from cmms.settings import Settings
from cmms.storage import Storage
from cmms.streams import StreamName
from cmms.streams.unit import DEFAULT_SOURCE, Unit
from cmms.sync.fetch.land_pages import MANIFEST, batch_folder, read_manifest
from cmms.sync.fetch.landed_records import read_page
from cmms.sync.records import LandedPage, Manifest, Scope
from cmms.sync.validate.parse_records import parse_records
from cmms.sync.validate.raw_columns import RawColumns
from cmms.sync.validate.read_records import RecordReader
from cmms.words import agree, count_of

log = logging.getLogger(__name__)

_LONGEST_NUMBER = 50


@dataclass
class _Run:
    """A closed run, and how many records of each unit it has merged."""

    sync_log_id: int
    settings: Settings
    scope: Scope
    fetched: dict[Unit, int] = field(default_factory=dict)


def verify_inputs(connection: Connection, settings: Settings, now: datetime) -> Iterator[str]:
    """Compare every merged unit with the answers that it was made of, as far as they are stored."""
    try:
        yield from _verify_inputs(connection, settings, now)
    except StorageUnavailable as error:
        yield f"The stored answers of the source cannot be compared: {error}."


def _verify_inputs(connection: Connection, settings: Settings, now: datetime) -> Iterator[str]:
    storage = Storage(settings.storage)
    oldest = to_database(now - timedelta(days=settings.storage.keep_days + 1))
    units = query(connection, "operations/verify/merged_units", {"oldest": oldest})
    newest: dict[StreamName, int] = {}
    for unit in units:
        newest[unit["stream"]] = max(unit["fence"], newest.get(unit["stream"], 0))
    for sync_log_id, of_run in groupby(units, key=lambda unit: int(unit["sync_log_id"])):
        listed = list(of_run)
        fetched = {Unit(DEFAULT_SOURCE, unit["stream"], unit["unit_key"]): int(unit["fetched"]) for unit in listed}
        units_with_pages = [unit for unit in fetched if storage.exists(_manifest_file(storage, sync_log_id, unit))]
        if not units_with_pages:
            continue
        try:
            run = _read_run(connection, sync_log_id)
        except ValidationError:
            log.warning(
                "The stored answers of run %s are not compared: its settings are of another version", sync_log_id
            )
            continue
        run.fetched = fetched
        for first in units_with_pages:
            try:
                manifest = read_manifest(storage, sync_log_id, first)
                yield from _compare(run, storage, manifest, cache(partial(_known, connection, run)))
                if first.definition.marks_missing and newest[first.stream] in {unit["fence"] for unit in listed}:
                    yield from _marked(connection, run, storage, manifest)
            except HandoverMissing as error:
                yield f"Unit {first.key} of run {sync_log_id}: its stored answer cannot be compared: {error}."


def _manifest_file(storage: Storage, sync_log_id: int, first: Unit) -> str:
    return f"{batch_folder(storage, sync_log_id, first)}/{MANIFEST}"


def _read_run(connection: Connection, sync_log_id: int) -> _Run:
    [row] = query(connection, "sync/runs/log", {"id": sync_log_id})
    return _Run(
        sync_log_id, Settings.model_validate_json(row["settings_json"]), Scope.from_dict(json.loads(row["scope"]))
    )


def _known(connection: Connection, run: _Run, unit: Unit) -> frozenset[str]:
    """Numbers of the machines that are stored for a unit, or were rejected for it, under whatever number since."""
    facts = {"day": unit.day, **unit.row}
    rows = query(connection, f"operations/verify/known_{unit.definition.record}s", facts)
    corrected = query(connection, "operations/verify/corrected_payloads", facts)
    received = _reader(run).read_records([bytes(row["payload"]) for row in corrected])
    return frozenset([*(str(row["equipment_number"]) for row in rows), *_numbers(_parse(run, 0, received))])


def _compare(run: _Run, storage: Storage, manifest: Manifest, known: Any) -> Iterator[str]:
    """Records and keys of the pages of one batch."""
    held = 0
    for page in (page for page in manifest.pages if page.records):
        rows = _read(run, storage, page)
        held += len(rows)
        for unit in (unit for unit in page.units if unit in run.fetched):
            of_unit = rows if unit.day is None else rows.filter(pl.col("date") == unit.day)
            for number in _numbers(of_unit):
                if number not in known(unit):
                    yield (
                        f"Unit {unit.key} of run {run.sync_log_id}: the source has sent machine {number} (page"
                        f" {page.number}), but nothing of it is stored or in quarantine; sync it again."
                    )
    counted = sum(run.fetched.get(unit, 0) for unit in manifest.units)
    if held != counted and set(manifest.units) <= set(run.fetched):
        units = manifest.first.key if len(manifest.units) == 1 else f"{manifest.first.key} and following"
        yield (
            f"Unit {units} of run {run.sync_log_id}: the stored answer holds {count_of(held, 'record')}, but"
            f" {counted:,}"
            f" {agree(counted, 'was', 'were')} counted;"
            " sync it again."
        )


def _marked(connection: Connection, run: _Run, storage: Storage, manifest: Manifest) -> Iterator[str]:
    """Machines of the newest snapshot that are marked as missing all the same."""
    marked = {
        str(row["equipment_number"])
        for row in query(
            connection, f"operations/verify/marked_machines:{run.scope.stream}", {"stream": run.scope.stream}
        )
    }
    for page in (page for page in manifest.pages if page.records and marked):
        for number in _numbers(_read(run, storage, page)):
            if number in marked:
                label = run.scope.definition.label
                yield (
                    f"{label} snapshot of run {run.sync_log_id}: machine {number} is in it, but marked as missing;"
                    " sync the whole snapshot again."
                )


def _read(run: _Run, storage: Storage, page: LandedPage) -> pl.DataFrame:
    """The records of a page, as the sync has read them: those that its scope asked for."""
    rows = _parse(run, page.number, _reader(run).read(read_page(storage, page)))
    if run.scope.equipment_numbers:
        rows = rows.filter(pl.col("equipment_number").is_in(list(run.scope.equipment_numbers)))
    if run.scope.plant_codes:
        rows = rows.filter(pl.col("plant_code").is_in(list(run.scope.plant_codes)))
    return rows


def _reader(run: _Run) -> RecordReader:
    stream = run.settings.stream(run.scope.stream)
    fields = stream.fields.as_dict()
    return RecordReader(records_path=stream.records_path, fields=fields)


def _parse(run: _Run, page: int, columns: RawColumns) -> pl.DataFrame:
    return parse_records([(page, columns)], stream=run.scope.stream, settings=run.settings)


def _numbers(rows: pl.DataFrame) -> list[str]:
    numbers = rows["equipment_number"].drop_nulls().unique(maintain_order=True).to_list()
    return [number for number in numbers if 0 < len(number) <= _LONGEST_NUMBER]
