"""Reconciliations with the source: the newest ones, one with its report, the one of a run.

Output: frozen rows; days are days of the source, instants UTC without zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cmms.figures.typed_rows import read_typed, read_typed_live


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationLine:
    """What was compared and how it ended. ``plant_codes`` is a JSON list; None or empty means all plants."""

    id: int
    asked_by: str
    first_day: date
    last_day: date
    plant_codes: str | None
    status: str
    differences: int
    error_message: str | None
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation(ReconciliationLine):
    """One with its progress (requests), its counts of records and its ``report`` as JSON text."""

    dag_id: str
    run_id: str
    steps: int
    steps_done: int
    source_records: int
    waiting_records: int
    stored_records: int
    report: str | None


@dataclass(frozen=True, slots=True)
class ReconciliationId:
    """Which reconciliation."""

    id: int


def newest_reconciliations() -> tuple[ReconciliationLine, ...]:
    """SRC-08: the newest three."""
    return read_typed(ReconciliationLine, "figures/newest_reconciliations")


def find_reconciliation(reconciliation_id: int) -> Reconciliation | None:
    """SRC-08: as it stands now; None when it is not stored any more."""
    rows = read_typed_live(Reconciliation, "figures/reconciliation", {"id": reconciliation_id})
    return next(iter(rows), None)


def reconciliation_of_run(dag_id: str, run_id: str) -> Reconciliation | None:
    """SRC-08: that of a run in Airflow; None before its task has begun."""
    wanted = {"dag_id": dag_id, "run_id": run_id}
    for row in read_typed_live(ReconciliationId, "figures/reconciliation_of_run", wanted):
        return find_reconciliation(row.id)
    return None
