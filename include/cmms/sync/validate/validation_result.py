"""What validation hands to staging and merge: the validated rows of a unit, their files, and a summary.

Input: parsed rows and reference data. Output: validated frames in ``rows-<n>.arrow``, rejected rows with their raw
record in ``rejected-<n>.arrow``, and :class:`ValidationResult`, small enough for XCom. Used by
:mod:`cmms.sync.validate.validate_units`, and by :mod:`cmms.sync.merge.merge_stage` when it has to validate again.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

import polars as pl

from cmms.errors import HandoverMissing
from cmms.streams.unit import DEFAULT_SOURCE, Unit
from cmms.sync.runs.run_context import RunContext
from cmms.sync.validate.apply_rules import RuleResults, apply_rules
from cmms.sync.validate.load_reference import Reference, join_reference, mark_doubtful
from cmms.sync.validate.resolve_duplicates import SUPERSEDED_SCHEMA, RawBytes, resolve_duplicates
from cmms.sync.validate.shape_rows import mark_stored

RESULT_COLUMNS = ("code", "rule", "field", "message", "warnings")
_JOINED_ONLY = (
    "day",
    "cumulative_beyond_daily",
    "counter_growth",
    "growth_while_running",
    "growth_difference",
    "previous_hours",
    "previous_date",
)


_CHECKSUM_BYTES = 4


@dataclass(frozen=True)
class ValidationResult:
    """What validation found in one unit; ``folder`` holds its files.

    Attributes:
        fetched: records in scope.
        chunks: number of ``rows-<n>.arrow`` files.
        reference_version: of the reference data that the rows were validated against.
        rejected: code -> records.
        warnings: code -> records that are accepted with a warning.
        superseded: records superseded within the input.
        seen_all: False if the run asked only for some machines or for changes: then no record counts as missing.
        doubts: why the source may hold more records than it sent; then no record counts as missing either.
        covered_plants: the plants that the answers cover; None: all.
        doubtful: how many accepted readings may be doubtful; ``doubtful.arrow`` names their machines. None: a task of
            an older version has not looked.
    """

    unit: Unit
    folder: str
    fetched: int
    chunks: int
    reference_version: int
    rejected: dict[str, int]
    warnings: dict[str, int]
    superseded: int
    seen_all: bool
    doubts: tuple[str, ...] = ()
    covered_plants: tuple[str, ...] | None = None
    doubtful: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; the unit as ``stream`` and ``unit_key``."""
        return {**self.unit.row, **{name: value for name, value in asdict(self).items() if name != "unit"}}

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Self:
        """Inverse of :meth:`to_dict`."""
        plants = raw.get("covered_plants")
        lists = {"doubts": tuple(raw.get("doubts", ())), "covered_plants": None if plants is None else tuple(plants)}
        unit = Unit(DEFAULT_SOURCE, raw["stream"], raw["unit_key"])
        others = {name: value for name, value in raw.items() if name not in unit.row}
        if "lost" in others:  # written by a task of an older version
            others["superseded"] = others.pop("lost")
        return cls(unit=unit, **{**others, **lists})

    @property
    def coverage(self) -> dict[str, Any] | None:
        """Parameters of the statements that mark records as missing or resolved; None: they must not run."""
        if not self.seen_all or self.doubts or self.covered_plants == ():
            return None
        return {"is_everything": self.covered_plants is None, "plant_codes": self.covered_plants or ("",)}


def validate_frame(
    run: RunContext, rows: pl.DataFrame, reference: Reference, day: date | None
) -> tuple[pl.DataFrame, RuleResults]:
    """Join the reference data to parsed rows, apply the rules, and add the result columns.

    Adds plant_id (and for running times equipment_id, own_point_matches, foreign_point, is_stored, is_doubtful), code,
    rule, field, message (null when accepted) and warnings (sorted codes joined by commas, null when none).
    """
    joined = join_reference(rows, reference, day=day, rules=run.settings.rules)
    days = None if day is None else (day, day)
    rule_results = apply_rules(
        joined, stream=run.scope.stream, settings=run.settings, days=days, run_date=run.scope.run_date
    )
    findings = {row: asdict(finding) for row, finding in rule_results.rejected.items()}
    kept = {row: ",".join(sorted(codes)) for row, codes in rule_results.warnings.items() if row not in findings}
    if reference.previous is not None and day is not None:
        joined = mark_doubtful(joined, reference, day=day, settings=run.settings)
    columns = [_sparse(name, len(joined), {row: f[name] for row, f in findings.items()}) for name in RESULT_COLUMNS[:4]]
    validated = joined.drop(*_JOINED_ONLY, strict=False).with_columns(*columns, _sparse("warnings", len(joined), kept))
    if reference.stored is not None:
        validated = mark_stored(validated, reference.stored, run.scope.definition)
    return validated, rule_results


def accepted_warnings(rule_results: RuleResults) -> Iterator[str]:
    """Warning codes of the accepted rows."""
    return (code for row, codes in rule_results.warnings.items() if row not in rule_results.rejected for code in codes)


def valid_keys(validated: pl.DataFrame) -> pl.DataFrame:
    """Equipment number, page and position of the accepted rows: enough to find duplicates."""
    return validated.filter(pl.col("code").is_null()).select("equipment_number", "page", "position")


def find_doubtful(validated: pl.DataFrame) -> pl.Series:
    """Ids of machines of which an accepted reading may be doubtful."""
    if "is_doubtful" not in validated.columns:
        return pl.Series("equipment_id", [], dtype=pl.Int64)
    return validated.filter(pl.col("code").is_null() & pl.col("is_doubtful"))["equipment_id"]


def write_doubtful(run: RunContext, folder: str, machines: Sequence[pl.Series]) -> int:
    """Write the machines that :func:`find_doubtful` has found in the chunks of a unit; returns how many."""
    found = pl.concat(machines).unique().sort() if machines else pl.Series("equipment_id", [], dtype=pl.Int64)
    if len(found):
        write_frame(run, f"{folder}/doubtful.arrow", found.to_frame())
    return len(found)


def read_doubtful(run: RunContext, validation: ValidationResult) -> frozenset[int] | None:
    """The machines of :func:`write_doubtful`; None if nobody has looked for them."""
    if validation.doubtful is None:
        return None
    if not validation.doubtful:
        return frozenset()
    return frozenset(read_frame(run, f"{validation.folder}/doubtful.arrow")["equipment_id"].to_list())


def find_superseded(run: RunContext, folder: str, keys: Sequence[pl.DataFrame], raw_bytes: RawBytes) -> pl.DataFrame:
    """Records of a unit that another record of the same equipment supersedes; ``keys`` by chunk, from the first."""
    twice = pl.concat(keys).filter(pl.col("equipment_number").is_duplicated()) if keys else pl.DataFrame()
    if twice.is_empty():
        return pl.DataFrame(schema=SUPERSEDED_SCHEMA)
    rows = [
        read_frame(run, f"{folder}/rows-{chunk}.arrow")
        .drop(*RESULT_COLUMNS, "problem", "is_doubtful", strict=False)
        .join(twice, on=["page", "position"], how="semi")
        for chunk in range(1, len(keys) + 1)
    ]
    return resolve_duplicates(pl.concat(rows), raw_bytes)


def positions_of(rows: pl.DataFrame) -> list[tuple[int, int]]:
    """(page, position) of every row."""
    return list(zip(rows["page"].to_list(), rows["position"].to_list(), strict=True))


def write_rejected(run: RunContext, folder: str, chunk: int, rejected: pl.DataFrame, payloads: Sequence[bytes]) -> None:
    """Write a chunk's rejected rows with their raw records: the merge stores them without reading the valid ones."""
    payload = pl.Series("payload", payloads, dtype=pl.Binary)
    write_frame(run, f"{folder}/rejected-{chunk}.arrow", rejected.with_columns(payload))


def write_frame(run: RunContext, file: str, frame: pl.DataFrame) -> None:
    """Write a hand-over file and append its checksum."""
    buffer = io.BytesIO()
    frame.write_ipc(buffer)
    buffer.write(_checksum(buffer.getbuffer()))
    run.storage.write_bytes(file, buffer.getbuffer())


def read_frame(run: RunContext, file: str) -> pl.DataFrame:
    """Read a hand-over file.

    Raises:
        HandoverMissing: it is not there, or damaged.
    """
    content = run.storage.read_bytes(file)
    body, checksum = content[:-_CHECKSUM_BYTES], content[-_CHECKSUM_BYTES:]
    if checksum != _checksum(body):
        raise HandoverMissing("a file of an earlier step is damaged; clear and re-run from validate", file=file)
    del content
    return pl.read_ipc(body)


def _checksum(body: bytes | memoryview) -> bytes:
    return zlib.crc32(body).to_bytes(_CHECKSUM_BYTES, "big")


def _sparse(name: str, count: int, values: dict[int, Any]) -> pl.Series:
    series = pl.Series(name, [None], dtype=pl.String).new_from_index(0, count)
    if not values:
        return series
    rows = sorted(values)
    return series.scatter(rows, [values[row] for row in rows])
