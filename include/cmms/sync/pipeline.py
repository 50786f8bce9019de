"""Steps 3 to 5 of a fetched batch, said once: validate -> stage -> merge, unit by unit, oldest first.

Input: the manifest of a fetch, or of a replay. Output: rows in the tables. The command line and a replay do all three
in one process (:func:`store_batch`); in Airflow each is a task, and :class:`HandedUnit` is what one hands to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from cmms.database import Connection
from cmms.errors import HandoverMissing
from cmms.streams.unit import Unit
from cmms.sync.fetch.land_pages import read_manifest
from cmms.sync.merge.merge_stage import merge_unit
from cmms.sync.merge.stage import Stage
from cmms.sync.merge.stage_rows import stage_unit
from cmms.sync.records import Manifest
from cmms.sync.runs.report_progress import Reporter
from cmms.sync.runs.run_context import RunContext
from cmms.sync.validate.validate_units import spans_of, validate_span
from cmms.sync.validate.validation_result import ValidationResult


@dataclass(frozen=True)
class HandedUnit:
    """A unit between two steps: small, for XCom.

    Attributes:
        batch: the first unit of its batch, by which its manifest is found.
        validation: its result.
        stage: what is staged; None until then.
    """

    batch: Unit
    validation: ValidationResult
    stage: Stage | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        staged = {} if self.stage is None else {"stage": asdict(self.stage)}
        return {"batch": self.batch.key, "verdict": self.validation.to_dict(), **staged}

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Self:
        """Inverse of :meth:`to_dict`."""
        stage = Stage(**raw["stage"]) if "stage" in raw else None
        validation = ValidationResult.from_dict(raw["verdict"])
        return cls(replace(validation.unit, key=raw["batch"]), validation, stage)


def store_batch(run: RunContext, connection: Connection, manifest: Manifest, reporter: Reporter) -> None:
    """Validate, stage and merge the units of a batch; each is merged before the next request's pages are read."""
    for handed in validate(run, connection, manifest, reporter):
        merge(run, connection, manifest, stage(run, connection, handed, reporter), reporter)


def validate(run: RunContext, connection: Connection, manifest: Manifest, reporter: Reporter) -> Iterator[HandedUnit]:
    """Step 3: validate every record of a batch, request by request as the units are asked for."""
    for span, pages in spans_of(manifest):
        for validation in validate_span(run, connection, manifest, span, pages, reporter):
            yield HandedUnit(manifest.first, validation)


def stage(run: RunContext, connection: Connection, handed: HandedUnit, reporter: Reporter) -> HandedUnit:
    """Step 4: put the valid rows of a unit into the database, or into the file of a new day."""
    return replace(handed, stage=stage_unit(run, connection, handed.validation, reporter))


def merge(run: RunContext, connection: Connection, manifest: Manifest, handed: HandedUnit, reporter: Reporter) -> None:
    """Step 5: write a unit in one transaction.

    Raises:
        HandoverMissing: the unit has not been staged.
    """
    if handed.stage is None:
        raise HandoverMissing(f"{handed.validation.unit.key} is not staged; clear the stage task and all after it")
    merge_unit(run, connection, manifest, handed.validation, handed.stage, reporter)


def merge_all(run: RunContext, connection: Connection, staged: Iterable[HandedUnit], reporter: Reporter) -> int:
    """Merge all units of a run, oldest first; returns how many.

    Raises:
        HandoverMissing: some were not handed over; nothing is merged then.
    """
    units = {handed.validation.unit: handed for handed in staged}
    wanted = run.scope.units
    if missing := [unit.key for unit in wanted if unit not in units]:
        raise HandoverMissing(f"not staged: {', '.join(missing[:5])}; clear and re-run from fetch")
    for unit in wanted:
        reporter.check()
        manifest = read_manifest(run.storage, run.sync_log_id, units[unit].batch)
        merge(run, connection, manifest, units[unit], reporter)
    return len(wanted)
