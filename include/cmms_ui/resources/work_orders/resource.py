"""Work orders: what is to be done at machines, from open to closed."""

from __future__ import annotations

from dataclasses import replace

from cmms.listing.definition import Join
from cmms_ui.definition.schema import Choice, Column, Filter, Resource, Section, Tab, choices_of
from cmms_ui.resources.dues.widgets import ORDER_HISTORY
from cmms_ui.resources.maintenance_plans.columns import MACHINE, order_number_source
from cmms_ui.resources.plants.place_choices import plant_code_choices
from cmms_ui.resources.work_orders.actions import HOLD_CHOICES, PRIORITIES, TYPES, WORK_ORDER_ACTIONS
from cmms_ui.resources.work_orders.statuses import ORDER_STATES

_STATUSES = choices_of(ORDER_STATES)
_SOURCES = (Choice("due", "Maintenance due"), Choice("manual", "By hand"))


WORK_ORDERS = Resource(
    name="work-orders",
    label="Work orders",
    singular="Work order",
    icon="list",
    table="work_orders w",
    key="w.id",
    joins={
        "e": Join("JOIN equipment e ON e.id = w.equipment_id"),
        "p": Join("JOIN plants p ON p.id = e.plant_id", after=("e",)),
    },
    order=(("priority", False), ("due_date", False)),
    title="number",
    search_hint="Search number, title, machine",
    refresh_seconds=60,
    topics=("edits",),
    record_widgets=(ORDER_HISTORY,),
    columns=(
        Column("id", "Id", "w.id", "integer", width=90, hidden=True),
        Column(
            "number",
            "Order",
            order_number_source("w.id"),
            width=130,
            searchable=True,
            link=True,
            phone="title",
        ),
        replace(MACHINE, phone="fact"),
        Column("plant_code", "Plant", "p.plant_code", width=90),
        Column("title", "Title", "w.title", width=280, searchable=True, phone="line"),
        Column("type", "Type", "w.type", width=120, choices=TYPES),
        Column(
            "priority",
            "Priority",
            "w.priority",
            "integer",
            width=105,
            phone="fact",
            help="1 is the most urgent, 5 the least",
        ),
        Column(
            "status", "Status", "w.status", "status", width=135, choices=_STATUSES, statuses=ORDER_STATES, phone="side"
        ),
        Column("due_hours", "Due at counter", "w.due_hours", "hours", width=135),
        Column("due_date", "Due on", "w.due_date", "date", width=115, phone="fact"),
        Column("planned_date", "Planned for", "w.planned_date", "date", width=120, phone="fact"),
        Column("hold_reason", "Waits for", "w.hold_reason", width=110, choices=HOLD_CHOICES),
        Column("created_at", "Created", "w.created_at", "instant", width=178),
        Column("created_by", "Created by", "w.created_by", width=120),
        Column("started_at", "Started", "w.started_at", "instant", width=178, hidden=True),
        Column("start_reading", "Counter at start", "w.start_reading", "hours", width=145, hidden=True),
        Column("completed_at", "Completed", "w.completed_at", "instant", width=178, hidden=True),
        Column("completion_date", "Done on", "w.completion_date", "date", width=115, hidden=True),
        Column("completion_reading", "Counter at completion", "w.completion_reading", "hours", width=175, hidden=True),
        Column("completion_note", "What was done", "w.completion_note", width=260, sortable=False, hidden=True),
        Column("cancel_reason", "Why cancelled", "w.cancel_reason", width=200, sortable=False, hidden=True),
        Column("description", "What is to be done", "w.description", width=260, sortable=False, hidden=True),
        Column("source", "Made from", "w.source", width=140, choices=_SOURCES, hidden=True),
        Column("equipment_id", "Machine id", "w.equipment_id", "integer", width=100, hidden=True),
        Column("row_version", "Version", "w.row_version", "integer", width=90, hidden=True),
    ),
    tabs=(
        Tab(
            "open",
            "Open",
            "tool",
            "w.status IN ('open', 'in_progress', 'on_hold')",
            "No work is ordered. 'Create work orders' in Maintenance due or in Equipment orders it.",
        ),
        Tab(
            "completed",
            "Completed",
            "check",
            "w.status IN ('completed', 'closed')",
            "No work has been completed yet.",
            columns=("completion_date", "completion_reading"),
        ),
        Tab(
            "cancelled",
            "Cancelled",
            "stop",
            "w.status = 'cancelled'",
            "No work order has been cancelled.",
            columns=("cancel_reason",),
        ),
        Tab("all", "All", "list", "", "There has been no work order yet."),
    ),
    filters=(
        Filter("plant_code", "Plant", load_choices=plant_code_choices),
        Filter("status", "Status", choices=_STATUSES),
        Filter("type", "Type", choices=TYPES),
        Filter("priority", "Priority", choices=PRIORITIES),
        Filter("equipment_id", "Machine id", quiet=True),
    ),
    infolist=(
        Section("Work", ("title", "equipment_number", "plant_code", "type", "priority", "status", "description")),
        Section("Due", ("source", "due_hours", "due_date", "planned_date", "hold_reason")),
        Section("Begun", ("created_at", "created_by", "started_at", "start_reading")),
        Section(
            "Ended",
            ("completed_at", "completion_date", "completion_reading", "completion_note", "cancel_reason"),
        ),
    ),
    actions=WORK_ORDER_ACTIONS,
)
