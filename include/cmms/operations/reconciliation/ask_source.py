"""Part of reconcile: ask the source again, with the sync's own client, parser and rules, and keep nothing.

Input: a planned batch. Output: one :class:`Answer` per unit: the records that a sync would store now, and those
that it would reject. Pages and chunks lie in a temporary folder, which the caller removes; no log row, no lease and no
plant is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from cmms.database import Connection
from cmms.settings import Settings
from cmms.source.call_log import ApiCall
from cmms.streams.unit import Unit
from cmms.sync.fetch.fetch_pages import fetch_batch
from cmms.sync.fetch.landed_records import LandedRecords
from cmms.sync.records import Batch, Manifest, Scope
from cmms.sync.runs.report_progress import Reporter
from cmms.sync.runs.run_context import RECONCILE, RunContext
from cmms.sync.validate.resolve_duplicates import RawBytes
from cmms.sync.validate.validate_units import spans_of, validate_span
from cmms.sync.validate.validation_result import ValidationResult, read_frame

_PLACE = ("page", "position")
_REJECTED = {
    "equipment_number": pl.String,
    "plant_code": pl.String,
    "running_hours": pl.Int64,
    "cumulative_hours": pl.Int64,
    "code": pl.String,
    "payload_hash": pl.Binary,
}


@dataclass(frozen=True)
class Answer:
    """What the source holds of one unit now.

    Attributes:
        unit: the day, or the snapshot.
        records: one row per machine: equipment_number, plant_code, running_hours, cumulative_hours, page, position.
        rejected: rows that break a rule: the same values, code and payload_hash.
        raw_bytes: reads records as received.
        plant_codes: the plants that were asked for; None: all.
        doubts: why more may exist than came.
    """

    unit: Unit
    records: pl.DataFrame
    rejected: pl.DataFrame
    raw_bytes: RawBytes
    plant_codes: tuple[str, ...] | None = None
    doubts: tuple[str, ...] = ()


class QuietReporter(Reporter):
    """Of a run that has no log row: nothing is written, nobody can pause it."""

    def __init__(self) -> None:
        super().__init__(0, lease_seconds=0)

    def report(self, unit_key: str, step: str, done: int, total: int | None = None, *, force: bool = False) -> None:
        """Nobody watches."""

    def check(self) -> None:
        """Nobody can ask for anything."""

    def call(self, call: ApiCall) -> None:
        """Not noted."""

    def event(self, level: str, category: str, code: str, message: str, **context: Any) -> None:
        """Not noted."""

    def time(self, unit_key: str, **milliseconds: int) -> None:
        """Not noted."""


def ask_source(connection: Connection, settings: Settings, scope: Scope, batch: Batch, folder: str) -> Iterator[Answer]:
    """Fetch and validate a batch, its files below ``folder``; one answer per unit.

    Raises:
        ApiUnavailable, ApiRefused, RateLimited: the source does not answer.
        IncompleteFetch, AnswerIncomplete, BadPayload: it does not answer all of it.
    """
    run = RunContext(0, RECONCILE, _without_traces(settings, folder), scope)
    reporter = QuietReporter()
    manifest = fetch_batch(
        run.settings, scope.stream, batch, sync_log_id=0, storage=run.storage, call_log=reporter.call
    )
    landed = LandedRecords(run.storage, manifest, settings.stream(scope.stream).records_path)
    for span, pages in spans_of(manifest):
        for validation in validate_span(run, connection, manifest, span, pages, reporter):
            yield _answer_of(run, manifest, validation, landed)


def _without_traces(settings: Settings, folder: str) -> Settings:
    """The site's settings, but files go to ``folder``, and an unknown plant is not created."""
    storage = settings.storage.model_copy(update={"base_path": folder})
    rules = settings.rules.model_copy(update={"unknown_plant": "reject"})
    return settings.model_copy(update={"storage": storage, "rules": rules})


def _answer_of(run: RunContext, manifest: Manifest, validation: ValidationResult, landed: LandedRecords) -> Answer:
    chunks = range(1, validation.chunks + 1)
    superseded = read_frame(run, f"{validation.folder}/lost.arrow").select(_PLACE)
    kept = [_kept(read_frame(run, f"{validation.folder}/rows-{chunk}.arrow"), superseded) for chunk in chunks]
    rejected = [_rejected(read_frame(run, f"{validation.folder}/rejected-{chunk}.arrow")) for chunk in chunks]
    return Answer(
        unit=validation.unit,
        records=pl.concat(kept) if kept else _values(pl.DataFrame(schema=_RECORD)),
        rejected=pl.concat(rejected) if rejected else pl.DataFrame(schema=_REJECTED),
        raw_bytes=landed.raw_bytes,
        plant_codes=_plants_asked(run, manifest, validation.unit),
        doubts=validation.doubts,
    )


_RECORD = {"equipment_number": pl.String, "plant_code": pl.String, "page": pl.UInt32, "position": pl.UInt32}


def _kept(rows: pl.DataFrame, superseded: pl.DataFrame) -> pl.DataFrame:
    return _values(rows.filter(pl.col("code").is_null()).join(superseded, on=_PLACE, how="anti"))


def _values(rows: pl.DataFrame, *more: str) -> pl.DataFrame:
    """What is compared; of a machine there are no hours."""
    hours = [
        pl.col(name) if name in rows.columns else pl.lit(None, dtype=pl.Int64).alias(name)
        for name in ("running_hours", "cumulative_hours")
    ]
    return rows.select("equipment_number", "plant_code", *hours, *(more or _PLACE))


def _rejected(rows: pl.DataFrame) -> pl.DataFrame:
    hashes = [hashlib.sha256(payload).digest() for payload in rows["payload"]]
    return _values(rows, "code").with_columns(pl.Series("payload_hash", hashes, dtype=pl.Binary))


def _plants_asked(run: RunContext, manifest: Manifest, unit: Unit) -> tuple[str, ...] | None:
    """The plants that the comparison speaks for: those of the command, else those of the requests."""
    if run.scope.plant_codes:
        return run.scope.plant_codes
    asked: Sequence[tuple[str, ...]] = [answer.plant_codes for answer in manifest.answers or () if unit in answer.units]
    if not asked or not all(asked):
        return None
    codes = {code for codes in asked for code in codes}
    return tuple(sorted(map(str.upper, codes) if run.settings.rules.plant_code_case == "upper" else codes))
