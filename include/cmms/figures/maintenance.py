"""What maintenance plans ask of machines, as of the last evaluation. Output: frozen rows; hours are exact decimals.

Overdue: beyond the tolerance; due: the interval is reached; upcoming: within the lead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cmms.figures.typed_rows import read_typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """How often a plan asks for maintenance: by hours run, by days, or both."""

    interval_hours: Decimal | None
    interval_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToGo:
    """What is left of an interval, negative when it is over; ``cause`` says what decides, hours or calendar."""

    cause: str | None
    hours_to_go: Decimal | None
    days_to_go: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalUse(Interval):
    """How much of the interval of its next due plan a machine has used; without a plan the hours since its service."""

    plan_name: str | None
    hours_to_go: Decimal | None
    days_to_go: int | None
    since_service: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceCounts:
    """Machines by the worst state of their schedules."""

    overdue: int
    due: int
    upcoming: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCounts(Interval):
    """An active plan, its interval, and how many machines it asks for (those suspended left out)."""

    id: int
    name: str
    machines: int
    overdue: int
    due: int
    upcoming: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPlan(PlanCounts):
    """A plan of a group of machines, active or not."""

    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NextMachine(ToGo):
    """A machine and the plan that it needs."""

    id: int
    equipment_number: str
    plan_name: str
    state: str
    predicted_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCount:
    """How many machines of a plan are in a state."""

    state: str
    machines: int


def maintenance_counts() -> MaintenanceCounts:
    """TAB-04W: each machine once."""
    return read_typed(MaintenanceCounts, "figures/maintenance_counts")[0]


def counts_by_plan() -> tuple[PlanCounts, ...]:
    """TAB-04W: active plans, those with most overdue machines first."""
    return read_typed(PlanCounts, "figures/maintenance_by_plan")


def next_machines(limit: int) -> tuple[NextMachine, ...]:
    """TAB-04W: of each state the ``limit`` that come first, overdue before due before upcoming."""
    return read_typed(NextMachine, "figures/maintenance_next", {"row_limit": limit})


def plans_of_group(group_id: int) -> tuple[GroupPlan, ...]:
    """Plans of a group by name."""
    return read_typed(GroupPlan, "figures/plans_of_group", {"id": group_id})


def plan_states(plan_id: int) -> dict[str, int]:
    """How many machines of a plan are in each state that any of them is in."""
    return {row.state: row.machines for row in read_typed(StateCount, "figures/plan_states", {"id": plan_id})}
