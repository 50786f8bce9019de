"""Maintenance due and the work orders that answer it. Output: frozen rows; hours are exact decimals.

Instants are UTC without zone, as stored; days are those of the site.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from cmms.figures.maintenance import ToGo
from cmms.figures.typed_rows import read_typed


@dataclass(frozen=True, slots=True, kw_only=True)
class NextDue(ToGo):
    """A due that nobody has ordered; ``total`` counts all of them."""

    id: int
    equipment_id: int
    equipment_number: str
    plan_name: str
    priority: int
    state: str
    predicted_date: date | None
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineDue:
    """A due of a machine: at which counter, on which day; the order that answers it, or why there is none."""

    id: int
    plan_name: str
    state: str
    due_hours: Decimal | None
    due_date: date | None
    detected_on: date
    work_order_id: int | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineOrder:
    """A work order of a machine; day and counter of its completion when it is completed."""

    id: int
    title: str
    priority: int
    status: str
    planned_date: date | None
    completion_date: date | None
    completion_reading: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStep:
    """A transition of a work order; the first one has no ``from_status``."""

    at: datetime
    actor: str
    from_status: str | None
    to_status: str
    note: str | None


@dataclass(frozen=True, slots=True)
class DueCount:
    """How many dues."""

    dues: int


def next_dues(limit: int, *, by_priority: bool) -> tuple[NextDue, ...]:
    """WID-08, WAD-10: overdue ones and early days first, or by priority and how far over their interval they are."""
    return read_typed(NextDue, "figures/dues_next", {"by_priority": int(by_priority), "row_limit": limit})


def count_ordered() -> int:
    """WAD-10: dues whose work order is not finished."""
    return read_typed(DueCount, "figures/dues_ordered")[0].dues


def dues_of_machine(equipment_id: int) -> tuple[MachineDue, ...]:
    """DOM-19: open ones first, then the newest, ten at most."""
    return read_typed(MachineDue, "figures/dues_of_machine", {"id": equipment_id})


def orders_of_machine(equipment_id: int) -> tuple[MachineOrder, ...]:
    """Those that are not finished first, then the newest, ten at most."""
    return read_typed(MachineOrder, "figures/orders_of_machine", {"id": equipment_id})


def order_history(work_order_id: int) -> tuple[OrderStep, ...]:
    """DOM-24: newest first, 200 at most."""
    return read_typed(OrderStep, "figures/order_history", {"id": work_order_id})
