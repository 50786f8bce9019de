"""Columns that lists of maintenance share: the machine (``e`` in their joins) and the plan, each a link."""

from __future__ import annotations

from cmms_ui.definition.schema import Column
from cmms_ui.resources.maintenance_plans import text

MACHINE = Column(
    "equipment_number",
    text.MACHINE,
    "e.equipment_number",
    width=205,
    searchable=True,
    leads_to=("equipment", "equipment_id"),
    phone="title",
)


def plan_column(alias: str) -> Column:
    """The plan, whose table has this alias in the list's joins."""
    return Column(
        "plan_name",
        text.PLAN,
        f"{alias}.name",
        width=220,
        searchable=True,
        leads_to=("maintenance-plans", "plan_id"),
        phone="line",
    )


def order_number_source(key: str) -> str:
    """SQL of an order's number by its id, as ``cmms.maintenance.orders.order_number.order_number`` writes it."""
    return f"CONCAT('WO-', LPAD({key}, GREATEST(6, LENGTH({key})), '0'))"
