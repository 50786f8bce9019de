"""Maintenance due: each occasion on which a plan has become due at a machine, and the work order that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor
from cmms.listing.definition import Join
from cmms.maintenance.orders import create_orders
from cmms.maintenance.orders import preview_orders as previews
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
from cmms_ui.resources.dues import text
from cmms_ui.resources.dues.statuses import DUE_STATES
from cmms_ui.resources.maintenance_plans.columns import MACHINE, order_number_source, plan_column
from cmms_ui.resources.plants.place_choices import plant_code_choices
from cmms_ui.resources.schedules.resource import plan_choices
from cmms_ui.resources.schedules.statuses import SCHEDULE_STATES
from cmms_ui.resources.work_orders.actions import ORDER_FIELDS, planned_date, preview_orders, report_orders

_STATES = choices_of(SCHEDULE_STATES)


def _order(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    result = create_orders.create_orders_for_dues(actor, target.keys, planned_date(values), values.get("note"))
    return report_orders(result)


def _preview(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    return preview_orders(previews.preview_orders(target.keys))


DUES = Resource(
    name="dues",
    label=text.MAINTENANCE_DUE,
    singular=text.MAINTENANCE_DUE,
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
    search_hint=text.SEARCH_HINT,
    refresh_seconds=60,
    topics=("edits",),
    columns=(
        Column("id", text.ID, "d.id", "integer", width=90, link=True),
        MACHINE,
        plan_column("n"),
        Column(
            "schedule_state",
            text.DUE_STATUS,
            "m.state",
            "status",
            width=130,
            choices=_STATES,
            statuses=SCHEDULE_STATES,
            help=text.DUE_STATUS_HELP,
        ),
        Column(
            "status",
            text.STATUS,
            "d.state",
            "status",
            width=140,
            choices=choices_of(DUE_STATES),
            statuses=DUE_STATES,
            phone="side",
        ),
        Column(
            "hours_to_go",
            text.HOURS_TO_GO,
            "m.hours_to_go",
            "hours",
            width=125,
            phone="fact",
            help=text.HOURS_TO_GO_HELP,
        ),
        Column("due_hours", text.DUE_AT_LIFE_HOURS, "d.due_hours", "hours", width=135),
        Column("due_date", text.DUE_ON, "d.due_date", "date", width=115, phone="fact"),
        Column("predicted_date", text.PREDICTED, "m.predicted_date", "date", width=120),
        Column(
            "cause",
            text.TRIGGER,
            "d.cause",
            width=120,
            choices=(Choice("hours", text.TRIGGER_HOURS), Choice("calendar", text.TRIGGER_CALENDAR)),
        ),
        Column("priority", text.PRIORITY, "n.priority", "integer", width=105, help=text.PRIORITY_HELP),
        Column(
            "order_number",
            text.WORK_ORDER,
            order_number_source("d.work_order_id"),
            width=130,
            sortable=False,
            leads_to=("work-orders", "work_order_id"),
            phone="fact",
        ),
        Column("detected_on", text.DETECTED_ON, "d.detected_on", "date", width=125),
        Column("plant_code", text.PLANT, "p.plant_code", width=90),
        Column("detected_hours", text.DETECTED_HOURS, "d.detected_hours", "hours", width=175, hidden=True),
        Column("days_to_go", text.DAYS_TO_GO, "m.days_to_go", "integer", width=115, hidden=True),
        Column("reason", text.REASON, "d.reason", width=200, sortable=False, hidden=True),
        Column("decided_by", text.DECIDED_BY, "d.decided_by", width=130, hidden=True),
        Column("decided_at", text.DECIDED_AT, "d.decided_at", "instant", width=178, hidden=True),
        Column(
            "urgency",
            text.URGENCY,
            "CASE m.state WHEN 'overdue' THEN 1 WHEN 'due' THEN 2 ELSE 3 END",
            "integer",
            joins=("m",),
            width=105,
            hidden=True,
            help=text.URGENCY_HELP,
        ),
        Column("equipment_id", text.MACHINE_ID, "m.equipment_id", "integer", width=100, hidden=True),
        Column("plan_id", text.PLAN_ID, "m.plan_id", "integer", width=90, hidden=True),
        Column("work_order_id", text.ORDER_ID, "d.work_order_id", "integer", width=100, hidden=True),
        Column("row_version", text.VERSION, "d.row_version", "integer", width=90, hidden=True),
    ),
    tabs=(
        Tab(
            "open",
            text.OPEN,
            "alert",
            "d.state = 'open'",
            text.NONE_OPEN,
            alarming=True,
            hint=text.OPEN_HINT,
        ),
        Tab("ordered", text.ORDERED, "clock", "d.state = 'ordered'", text.NONE_ORDERED),
        Tab("done", text.DONE, "check", "d.state = 'done'", text.NONE_DONE),
        Tab("all", text.ALL, "list", "", text.NONE_YET),
    ),
    filters=(
        Filter("plant_code", text.PLANT, load_choices=plant_code_choices),
        Filter("plan_id", text.PLAN, load_choices=plan_choices),
        Filter("schedule_state", text.DUE_STATUS, choices=_STATES),
        Filter("equipment_id", text.MACHINE_ID, quiet=True),
    ),
    infolist=(
        Section(
            text.SECTION_DUE,
            ("equipment_number", "plant_code", "plan_name", "status", "cause", "due_hours", "due_date"),
        ),
        Section(text.SECTION_STATE, ("schedule_state", "hours_to_go", "days_to_go", "predicted_date", "priority")),
        Section(text.SECTION_DETECTED, ("detected_on", "detected_hours")),
        Section(text.SECTION_RESOLUTION, ("order_number", "decided_by", "decided_at", "reason")),
    ),
    actions=(
        Action(
            "dues.order",
            text.CREATE_ORDERS,
            "tool",
            _order,
            confirm=text.CREATE,
            explain=text.CREATE_EXPLAIN,
            fields=ORDER_FIELDS,
            preview=_preview,
            visible_when=lambda row: row.get("status") == "open",
        ),
    ),
)
