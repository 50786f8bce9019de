"""Work orders: what is to be done at machines, from open to closed."""

from __future__ import annotations

from dataclasses import replace

from cmms.listing.definition import Join
from cmms_ui.definition.schema import Choice, Column, Filter, Resource, Section, Tab, choices_of
from cmms_ui.resources.dues.widgets import ORDER_HISTORY
from cmms_ui.resources.maintenance_plans.columns import MACHINE, order_number_source
from cmms_ui.resources.plants.place_choices import plant_code_choices
from cmms_ui.resources.work_orders import text
from cmms_ui.resources.work_orders.actions import HOLD_CHOICES, PRIORITIES, TYPES, WORK_ORDER_ACTIONS
from cmms_ui.resources.work_orders.statuses import ORDER_STATES

_STATUSES = choices_of(ORDER_STATES)
_SOURCES = (Choice("due", text.ORIGIN_DUE), Choice("manual", text.ORIGIN_MANUAL))


WORK_ORDERS = Resource(
    name="work-orders",
    label=text.WORK_ORDERS,
    singular=text.WORK_ORDER,
    icon="list",
    table="work_orders w",
    key="w.id",
    joins={
        "e": Join("JOIN equipment e ON e.id = w.equipment_id"),
        "p": Join("JOIN plants p ON p.id = e.plant_id", after=("e",)),
    },
    order=(("priority", False), ("due_date", False)),
    title="number",
    search_hint=text.SEARCH_HINT,
    refresh_seconds=60,
    topics=("edits",),
    record_widgets=(ORDER_HISTORY,),
    columns=(
        Column("id", text.ID, "w.id", "integer", width=90, hidden=True),
        Column(
            "number",
            text.ORDER,
            order_number_source("w.id"),
            width=130,
            searchable=True,
            link=True,
            phone="title",
        ),
        replace(MACHINE, phone="fact"),
        Column("plant_code", text.PLANT, "p.plant_code", width=90),
        Column("title", text.TITLE, "w.title", width=280, searchable=True, phone="line"),
        Column("type", text.TYPE, "w.type", width=120, choices=TYPES),
        Column(
            "priority",
            text.PRIORITY,
            "w.priority",
            "integer",
            width=105,
            phone="fact",
            help=text.PRIORITY_HELP,
        ),
        Column(
            "status",
            text.STATUS,
            "w.status",
            "status",
            width=135,
            choices=_STATUSES,
            statuses=ORDER_STATES,
            phone="side",
        ),
        Column("due_hours", text.DUE_AT_LIFE_HOURS, "w.due_hours", "hours", width=135),
        Column("due_date", text.DUE_ON, "w.due_date", "date", width=115, phone="fact"),
        Column("planned_date", text.PLANNED_FOR, "w.planned_date", "date", width=120, phone="fact"),
        Column("hold_reason", text.WAITING_FOR, "w.hold_reason", width=110, choices=HOLD_CHOICES),
        Column("created_at", text.CREATED_AT, "w.created_at", "instant", width=178),
        Column("created_by", text.CREATED_BY, "w.created_by", width=120),
        Column("started_at", text.STARTED_AT, "w.started_at", "instant", width=178, hidden=True),
        Column("start_reading", text.START_COUNTER, "w.start_reading", "hours", width=145, hidden=True),
        Column("completed_at", text.COMPLETED_AT, "w.completed_at", "instant", width=178, hidden=True),
        Column("completion_date", text.DONE_ON, "w.completion_date", "date", width=115, hidden=True),
        Column("completion_reading", text.COMPLETION_COUNTER, "w.completion_reading", "hours", width=175, hidden=True),
        Column("completion_note", text.WORK_DONE, "w.completion_note", width=260, sortable=False, hidden=True),
        Column("cancel_reason", text.CANCEL_REASON, "w.cancel_reason", width=200, sortable=False, hidden=True),
        Column("description", text.DESCRIPTION, "w.description", width=260, sortable=False, hidden=True),
        Column("source", text.ORIGIN, "w.source", width=140, choices=_SOURCES, hidden=True),
        Column("equipment_id", text.MACHINE_ID, "w.equipment_id", "integer", width=100, hidden=True),
        Column("row_version", text.VERSION, "w.row_version", "integer", width=90, hidden=True),
    ),
    tabs=(
        Tab(
            "open",
            text.OPEN,
            "tool",
            "w.status IN ('open', 'in_progress', 'on_hold')",
            text.NONE_OPEN,
        ),
        Tab(
            "completed",
            text.COMPLETED_AT,
            "check",
            "w.status IN ('completed', 'closed')",
            text.NONE_COMPLETED,
            columns=("completion_date", "completion_reading"),
        ),
        Tab(
            "cancelled",
            text.CANCELLED,
            "stop",
            "w.status = 'cancelled'",
            text.NONE_CANCELLED,
            columns=("cancel_reason",),
        ),
        Tab("all", text.ALL, "list", "", text.NO_ORDERS),
    ),
    filters=(
        Filter("plant_code", text.PLANT, load_choices=plant_code_choices),
        Filter("status", text.STATUS, choices=_STATUSES),
        Filter("type", text.TYPE, choices=TYPES),
        Filter("priority", text.PRIORITY, choices=PRIORITIES),
        Filter("equipment_id", text.MACHINE_ID, quiet=True),
    ),
    infolist=(
        Section(
            text.SECTION_WORK, ("title", "equipment_number", "plant_code", "type", "priority", "status", "description")
        ),
        Section(text.SECTION_DUE, ("source", "due_hours", "due_date", "planned_date", "hold_reason")),
        Section(text.SECTION_START, ("created_at", "created_by", "started_at", "start_reading")),
        Section(
            text.SECTION_END,
            ("completed_at", "completion_date", "completion_reading", "completion_note", "cancel_reason"),
        ),
    ),
    actions=WORK_ORDER_ACTIONS,
)
