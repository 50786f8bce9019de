"""Part of reconcile: one unit at the source and in the CMMS -> figures per plant and differences. Pure.

A record that waits in quarantine (it was rejected, or it is the newest version of one that is stored) is accounted for
there and no difference. Everything else has to be the same on both sides: machines, plant, hours and counter.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from cmms.operations.reconciliation.ask_source import Answer
from cmms.operations.reconciliation.read_stored import Stored
from cmms.operations.reconciliation.report import LISTED, Difference, Kind, PlantFigures, UnitResult, hours_text
from cmms.streams.unit import Unit

_HOURS = ("running_hours", "cumulative_hours")
_NOTHING: tuple[int, int | None] = (0, None)


def compare_unit(answer: Answer, stored: Stored) -> UnitResult:
    """Compare one unit."""
    rows = _comparable(answer, stored)
    changed, newer = _changed(answer, stored, rows)
    absent, not_replayed = _absent(answer, stored, rows)
    rejected, unaccounted = _rejected(answer, stored, rows)
    present = changed.filter(pl.col("is_missing") == 0)
    collected = _Collected(answer.unit)
    collected.add("missing", absent, _say_missing)
    collected.add("missing", changed.filter(pl.col("is_missing") == 1), _say_marked)
    collected.add("extra", _extra(answer, stored, rows), _say_extra)
    collected.add("plant", present.filter(pl.col("plant_code") != pl.col("plant_code_stored")), _say_plant)
    collected.add("hours", present.filter(~_has_same_hours()), _say_hours)
    collected.add("rejected", unaccounted, _say_rejected)
    for doubt in answer.doubts:
        collected.note("incomplete", f"the source may hold more than it sent: {doubt}")
    waiting = pl.concat([frame.select("plant_code", "equipment_number") for frame in (newer, not_replayed)])
    counted = answer.records.join(waiting, on="equipment_number", how="anti")
    waiting = pl.concat([waiting, rejected.select("plant_code", "equipment_number")])
    figures = _figures(answer.unit, counted, waiting, rows.filter(pl.col("is_missing") == 0), collected.by_plant)
    return UnitResult(answer.unit, figures, collected.differences, collected.total)


def _comparable(answer: Answer, stored: Stored) -> pl.DataFrame:
    """Stored rows of the plants that were asked for, and of machines that the source names, wherever they are."""
    if answer.plant_codes is None:
        return stored.rows
    is_named = pl.col("equipment_number").is_in(answer.records["equipment_number"].implode())
    return stored.rows.filter(pl.col("plant_code").is_in(list(answer.plant_codes)) | is_named)


def _has_same_hours() -> pl.Expr:
    return pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_stored")) for name in _HOURS)


def _is_same() -> pl.Expr:
    return _has_same_hours() & (pl.col("plant_code") == pl.col("plant_code_stored")) & (pl.col("is_missing") == 0)


def _changed(answer: Answer, stored: Stored, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records that are stored otherwise, and those of them that wait in quarantine byte for byte.

    Only records whose machine has a reject are read for that.
    """
    both = answer.records.join(rows, on="equipment_number", how="inner", suffix="_stored")
    changed = both.filter(~_is_same())
    suspects = changed.join(stored.rejects, on="equipment_number", how="semi")
    places = list(zip(suspects["page"].to_list(), suspects["position"].to_list(), strict=True))
    raw = answer.raw_bytes(places) if places else {}
    hashes = [hashlib.sha256(raw[place]).digest() for place in places]
    suspects = suspects.with_columns(pl.Series("payload_hash", hashes, dtype=pl.Binary))
    newer = suspects.join(stored.rejects, on="payload_hash", how="semi")
    return changed.join(newer, on="equipment_number", how="anti"), newer


def _absent(answer: Answer, stored: Stored, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Valid records that are not stored, and those that are not because they wait for their replay."""
    absent = answer.records.join(rows, on="equipment_number", how="anti")
    not_replayed = absent.join(_open(stored), on="equipment_number", how="semi")
    return absent.join(not_replayed, on="equipment_number", how="anti"), not_replayed


def _extra(answer: Answer, stored: Stored, rows: pl.DataFrame) -> pl.DataFrame:
    """Stored rows of machines that neither the source names nor a person who corrected a record."""
    known = pl.concat([answer.records["equipment_number"], answer.rejected["equipment_number"]]).drop_nulls()
    corrected = stored.rejects.filter(pl.col("is_corrected") == 1)
    rows = rows.join(corrected, on="equipment_number", how="anti")
    return rows.filter((pl.col("is_missing") == 0) & ~pl.col("equipment_number").is_in(known.implode()))


def _open(stored: Stored) -> pl.DataFrame:
    return stored.rejects.filter(pl.col("is_open") == 1)


def _rejected(answer: Answer, stored: Stored, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records that a sync would reject: those that the quarantine holds, and those that are nowhere.

    One that is stored just like this was right under the rules of its day: neither.
    """
    rest = answer.rejected.join(stored.rejects, on="payload_hash", how="anti")
    rest = rest.join(_open(stored), on="equipment_number", how="anti")
    held = answer.rejected.join(rest, on="payload_hash", how="anti")
    matched = rest.join(rows, on="equipment_number", how="inner", suffix="_stored").filter(_is_same())
    return held, rest.join(matched, on="payload_hash", how="anti")


def _figures(
    unit: Unit, source: pl.DataFrame, waits: pl.DataFrame, stored: pl.DataFrame, differences: Counter[str]
) -> list[PlantFigures]:
    at_source, waiting, in_cmms = (_by_plant(frame) for frame in (source, waits, stored))
    codes = {*at_source, *waiting, *in_cmms, *differences}
    return [
        PlantFigures(
            unit=unit,
            plant_code=code,
            source=at_source.get(code, _NOTHING)[0],
            waiting=waiting.get(code, _NOTHING)[0],
            stored=in_cmms.get(code, _NOTHING)[0],
            source_hours=at_source.get(code, _NOTHING)[1],
            stored_hours=in_cmms.get(code, _NOTHING)[1],
            differences=differences[code],
        )
        for code in sorted(codes)
    ]


def _by_plant(frame: pl.DataFrame) -> dict[str, tuple[int, int | None]]:
    """Plant -> records, and the sum of their daily hours (None: they have none)."""
    hours = pl.col("running_hours") if "running_hours" in frame.columns else pl.lit(None, dtype=pl.Int64)
    grouped = frame.select(pl.col("plant_code").fill_null("?"), hours=hours).group_by("plant_code")
    found = grouped.agg(records=pl.len(), known=pl.col("hours").count(), hours=pl.col("hours").sum())
    return {code: (records, hours if known else None) for code, records, known, hours in found.iter_rows()}


class _Collected:
    """The first differences of a unit, all of them counted by plant."""

    def __init__(self, unit: Unit) -> None:
        self.differences: list[Difference] = []
        self.by_plant: Counter[str] = Counter()
        self.total = 0
        self._unit = unit

    def add(self, kind: Kind, rows: pl.DataFrame, say: Callable[[dict[str, Any]], str]) -> None:
        """One difference per row."""
        self.total += len(rows)
        self.by_plant.update(dict(rows["plant_code"].fill_null("?").value_counts().iter_rows()))
        self.differences += self._listed(kind, rows.sort("plant_code", "equipment_number"), say)

    def note(self, kind: Kind, message: str) -> None:
        """A difference of the unit as a whole."""
        self.total += 1
        self.differences.append(Difference(self._unit, kind, message))

    def _listed(self, kind: Kind, rows: pl.DataFrame, say: Callable[[dict[str, Any]], str]) -> Iterator[Difference]:
        for row in rows.head(max(0, LISTED - len(self.differences))).iter_rows(named=True):
            yield Difference(self._unit, kind, say(row), row["plant_code"] or "?", row["equipment_number"] or "?")


def _say_missing(row: dict[str, Any]) -> str:
    return f"at the source{_hours_of(row)}, missing in the CMMS"


def _say_marked(row: dict[str, Any]) -> str:
    return "at the source, marked as missing in the CMMS"


def _say_extra(row: dict[str, Any]) -> str:
    return f"in the CMMS{_hours_of(row)}, not at the source"


def _say_plant(row: dict[str, Any]) -> str:
    return f"plant {row['plant_code']} at the source, {row['plant_code_stored']} in the CMMS"


def _say_hours(row: dict[str, Any]) -> str:
    names = {"running_hours": "running hours", "cumulative_hours": "counter"}
    return "; ".join(
        f"{label} {hours_text(row[name])} at the source, {hours_text(row[f'{name}_stored'])} in the CMMS"
        for name, label in names.items()
        if row[name] != row[f"{name}_stored"]
    )


def _say_rejected(row: dict[str, Any]) -> str:
    return f"at the source, breaks a rule ({row['code']}), neither stored nor in quarantine"


def _hours_of(row: dict[str, Any]) -> str:
    return f" ({hours_text(row['running_hours'])} hours)" if row["running_hours"] is not None else ""
