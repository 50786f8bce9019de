"""What is chosen from in the lists of validations: their reports and the codes that they have found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cmms.figures.typed_rows import read_typed


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportName:
    """A report of a validation: who asked for it, and when it began (UTC without zone)."""

    id: int
    asked_by: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class FindingCode:
    """A code that some validation has found."""

    code: str


def report_names() -> tuple[ReportName, ...]:
    """ACT-04: all reports, newest first."""
    return read_typed(ReportName, "figures/report_choices")


def finding_codes() -> tuple[str, ...]:
    """ACT-04: the codes of all findings, in order."""
    return tuple(row.code for row in read_typed(FindingCode, "figures/finding_codes"))
