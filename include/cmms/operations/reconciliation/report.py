"""What a reconciliation found: figures per plant and unit, and the differences one by one.

Pure. A unit is a day of a stream, or its snapshot. Hours are whole thousandths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from cmms.streams.unit import Unit
from cmms.words import count_of

LISTED = 50
"""Differences that are listed one by one; all are counted."""

Kind = Literal["missing", "extra", "hours", "plant", "rejected", "incomplete", "not_compared", "moved"]


@dataclass(frozen=True)
class Difference:
    """One difference; ``message`` says it to people."""

    unit: Unit
    kind: Kind
    message: str
    plant_code: str | None = None
    equipment_number: str | None = None

    def __str__(self) -> str:
        place = " ".join(text for text in (self.unit.label, self.plant_code, self.equipment_number) if text)
        return f"{place}: {self.message}"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; the unit as ``stream`` and ``unit_key``."""
        return _flat(self)


@dataclass(frozen=True)
class PlantFigures:
    """One plant in one unit: records on both sides, those that wait in quarantine, sums of daily hours."""

    unit: Unit
    plant_code: str
    source: int = 0
    waiting: int = 0
    stored: int = 0
    source_hours: int | None = None
    stored_hours: int | None = None
    differences: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; the unit as ``stream`` and ``unit_key``, hours as text with three places."""
        hours = {name: hours_text(getattr(self, name)) for name in ("source_hours", "stored_hours")}
        return {**_flat(self), **hours}


def _flat(row: Difference | PlantFigures) -> dict[str, Any]:
    values = asdict(row)
    del values["unit"]
    return {**row.unit.row, **values}


@dataclass
class UnitResult:
    """One unit compared. ``differences`` may be fewer than ``total``: long lists are cut."""

    unit: Unit
    figures: list[PlantFigures] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    total: int = 0


@dataclass
class Report:
    """A whole reconciliation.

    Attributes:
        first: first day that was compared.
        last: last day.
        figures: per unit and plant.
        differences: the first ones, at most :data:`LISTED`.
        total: how many there are.
        moved: units among them that a sync was working on.
    """

    first: date
    last: date
    figures: list[PlantFigures] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    total: int = 0
    moved: int = 0

    @property
    def is_equal(self) -> bool:
        """Whether both sides hold the same."""
        return self.total == 0

    @property
    def is_sure(self) -> bool:
        """Whether there is a difference that no sync at work explains."""
        return self.total > self.moved

    def add(self, result: UnitResult) -> None:
        """Take in one unit."""
        self.figures += result.figures
        self.differences += result.differences[: LISTED - len(self.differences)]
        self.total += result.total
        self.moved += sum(difference.kind == "moved" for difference in result.differences)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; hours as text with three places."""
        return {
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "is_equal": self.is_equal,
            "total": self.total,
            "differences": [difference.to_dict() for difference in self.differences],
            "figures": [row.to_dict() for row in self.figures],
        }


def hours_text(thousandths: int | None) -> str | None:
    """12500 -> 12.500."""
    if thousandths is None:
        return None
    whole, part = divmod(abs(thousandths), 1000)
    return f"{'-' if thousandths < 0 else ''}{whole}.{part:03d}"


_HEADINGS = ("unit", "plant", "source", "in quarantine", "CMMS", "hours source", "hours CMMS", "differences")


def print_report(report: Report) -> None:
    """Print a table of the plants and units that differ, each difference on a line, and the result."""
    rows = [_cells(row) for row in report.figures if row.differences]
    if rows:
        for line in _table([_HEADINGS, *rows]):
            print(line)
        print()
    for difference in report.differences:
        print(difference)
    if more := report.total - len(report.differences):
        print(f"and {count_of(more, 'more difference')}")
    print(
        f"{report.first} to {report.last} and the equipment snapshot:"
        f" {count_of(sum(row.source for row in report.figures), 'record')} at the source,"
        f" {sum(row.waiting for row in report.figures)} more in quarantine,"
        f" {sum(row.stored for row in report.figures)} in the CMMS; {count_of(report.total, 'difference')}"
    )


def _cells(row: PlantFigures) -> tuple[str, ...]:
    hours = (hours_text(row.source_hours) or "-", hours_text(row.stored_hours) or "-")
    counts = (str(row.source), str(row.waiting), str(row.stored))
    return (row.unit.label, row.plant_code, *counts, *hours, str(row.differences))


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if number < 2 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
