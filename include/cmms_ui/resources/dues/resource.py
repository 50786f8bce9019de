"""Maintenance due: each occasion on which a plan has become due at a machine, and the work order that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor
from cmms.listing.definition import Join
from cmms.maintenance import change_work_orders as orders
from cmms_ui.definition.schema import (
    Action,
    Choice,
    Column,
    Filter,
    Outcome,
    Preview,
    Resource,
    Section,
    Tab,
    Target,
    choices_of,
)
from cmms_ui.resources.dues.statuses import DUE_STATES
from cmms_ui.resources.maintenance_plans.columns import MACHINE, order_number_source, plan_column
from cmms_ui.resources.plants.place_choices import plant_code_choices
from cmms_ui.resources.schedules.resource import plan_choices
from cmms_ui.resources.schedules.statuses import SCHEDULE_STATES
from cmms_ui.resources.work_orders.actions import ORDER_FIELDS, planned_date, preview_orders, tell_orders

_STATES = choices_of(SCHEDULE_STATES)


def _order(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    result = orders.create_orders_for_dues(actor, target.keys, planned_date(values), values.get("note"))
    return tell_orders(result)


def _preview(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    return preview_orders(orders.preview_orders(target.keys))


DUES = Resource(
    name="dues",
    label="Maintenance due",
    singular="Maintenance due",
    icon="tool",
    table="maintenance_dues d",
    key="d.id",
    joins={
        "m": Join("JOIN equipment_maintenance m ON m.id = d.equipment_maintenance_id"),
        "n": Join("JOIN maintenance_plans n ON n.id = m.plan_id", after=("m",)),
        "e": Join("JOIN equipment e ON e.id = m.equipment_id", after=("m",)),
        "p": Join("JOIN plants p ON p.id = e.plant_id", after=("e",)),
    },
    order=(("urgency", False), ("due_date", False)),
    title="equipment_number",
    search_hint="Search machine or plan",
    refresh_seconds=60,
    topics=("edits",),
    columns=(
        Column("id", "Id", "d.id", "integer", width=90, link=True),
        MACHINE,
        plan_column("n"),
        Column(
            "schedule_state",
            "How due",
            "m.state",
            "status",
            width=130,
            choices=_STATES,
            statuses=SCHEDULE_STATES,
            help="As it stands now",
        ),
        Column(
            "status",
            "Status",
            "d.state",
            "status",
            width=140,
            choices=choices_of(DUE_STATES),
            statuses=DUE_STATES,
            phone="side",
        ),
        Column("hours_to_go", "Hours to go", "m.hours_to_go", "hours", width=125, phone="fact", help="Below 0: over"),
        Column("due_hours", "Due at counter", "d.due_hours", "hours", width=135),
        Column("due_date", "Due on", "d.due_date", "date", width=115, phone="fact"),
        Column("predicted_date", "Predicted", "m.predicted_date", "date", width=120),
        Column(
            "cause",
            "Because of",
            "d.cause",
            width=120,
            choices=(Choice("hours", "Hours"), Choice("calendar", "Calendar")),
        ),
        Column("priority", "Priority", "n.priority", "integer", width=105, help="1 is the most urgent, 5 the least"),
        Column(
            "order_number",
            "Work order",
            order_number_source("d.work_order_id"),
            width=130,
            sortable=False,
            leads_to=("work-orders", "work_order_id"),
            phone="fact",
        ),
        Column("detected_on", "Detected on", "d.detected_on", "date", width=125),
        Column("plant_code", "Plant", "p.plant_code", width=90),
        Column("detected_hours", "Counter when detected", "d.detected_hours", "hours", width=175, hidden=True),
        Column("days_to_go", "Days to go", "m.days_to_go", "integer", width=115, hidden=True),
        Column("reason", "Why", "d.reason", width=200, sortable=False, hidden=True),
        Column("decided_by", "Decided by", "d.decided_by", width=130, hidden=True),
        Column("decided_at", "Decided", "d.decided_at", "instant", width=178, hidden=True),
        Column(
            "urgency",
            "Urgency",
            "CASE m.state WHEN 'overdue' THEN 1 WHEN 'due' THEN 2 ELSE 3 END",
            "integer",
            joins=("m",),
            width=105,
            hidden=True,
            help="1 overdue, 2 due, 3 neither any more",
        ),
        Column("equipment_id", "Machine id", "m.equipment_id", "integer", width=100, hidden=True),
        Column("plan_id", "Plan id", "m.plan_id", "integer", width=90, hidden=True),
        Column("work_order_id", "Order id", "d.work_order_id", "integer", width=100, hidden=True),
        Column("row_version", "Version", "d.row_version", "integer", width=90, hidden=True),
    ),
    tabs=(
        Tab(
            "open",
            "Open",
            "alert",
            "d.state = 'open'",
            "Nothing is due that has no work order.",
            alarming=True,
            hint="Due by a plan, and nobody has ordered the work yet.",
        ),
        Tab("ordered", "Ordered", "clock", "d.state = 'ordered'", "No due has a work order that is not finished."),
        Tab("done", "Done", "check", "d.state = 'done'", "No maintenance that was due has been done yet."),
        Tab("all", "All", "list", "", "Nothing has ever been due. Maintenance plans say what is."),
    ),
    filters=(
        Filter("plant_code", "Plant", load_choices=plant_code_choices),
        Filter("plan_id", "Plan", load_choices=plan_choices),
        Filter("schedule_state", "How due", choices=_STATES),
        Filter("equipment_id", "Machine id", quiet=True),
    ),
    infolist=(
        Section("Due", ("equipment_number", "plant_code", "plan_name", "status", "cause", "due_hours", "due_date")),
        Section("Now", ("schedule_state", "hours_to_go", "days_to_go", "predicted_date", "priority")),
        Section("Detected", ("detected_on", "detected_hours")),
        Section("Answered", ("order_number", "decided_by", "decided_at", "reason")),
    ),
    actions=(
        Action(
            "dues.order",
            "Create work orders",
            "tool",
            _order,
            confirm="Create",
            explain="One work order for each due. A due that has one already keeps it and gets no second one.",
            fields=ORDER_FIELDS,
            preview=_preview,
            visible_when=lambda row: row.get("status") == "open",
        ),
    ),
)
