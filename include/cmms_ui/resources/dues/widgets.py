"""Widgets about maintenance due and work orders: the queue, a machine's dues and orders, the life of an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from cmms.figures.work import (
    MachineDue,
    MachineOrder,
    NextDue,
    OrderStep,
    count_ordered,
    dues_of_machine,
    next_dues,
    order_history,
    orders_of_machine,
)
from cmms.maintenance.change_work_orders import order_number
from cmms.words import count_of
from cmms_ui.definition.schema import Choice, Field, Widget
from cmms_ui.definition.status import find_status
from cmms_ui.present_rows import hours_text
from cmms_ui.render.action_marks import row_button
from cmms_ui.render.marks import empty_state, status_badge
from cmms_ui.render.parts import link, moment, note, small_table
from cmms_ui.resources.dues.statuses import DUE_STATES
from cmms_ui.resources.maintenance_plans.plan_words import to_go_text
from cmms_ui.resources.schedules.statuses import SCHEDULE_STATES
from cmms_ui.resources.work_orders.statuses import ORDER_STATES

SHOWN = 10
_SORTED = Field(
    "sorted",
    "Sorted by",
    "choice",
    choices=(Choice("due", "Overdue, then date"), Choice("priority", "Priority, then how far over")),
    default="due",
)


def load_queue(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What is due and has no work order, the foremost first."""
    rows = next_dues(SHOWN, by_priority=parameters["sorted"] == "priority")
    return {"rows": rows, "ordered": count_ordered()}


def render_queue(data: Mapping[str, Any]) -> Any:
    """A line for each due, with a button that orders the work."""
    rows: Sequence[NextDue] = data["rows"]
    ordered = link(f"{count_of(data['ordered'], 'due')} in work", "/dues?tab=ordered") if data["ordered"] else None
    if not rows:
        text = "Nothing is due that has no work order. Maintenance plans say what becomes due, judged daily."
        return html.Div([empty_state(text, name="check"), ordered])
    cells = [
        [
            status_badge(row.state, SCHEDULE_STATES),
            link(row.equipment_number, f"/equipment/{row.equipment_id}"),
            row.plan_name,
            f"{row.priority}",
            to_go_text(row),
            row.predicted_date or "no forecast",
            row_button("dues.order", "Create work order", "plus", row.id) or "–",
        ]
        for row in rows
    ]
    heads = ("How due", "Machine", "Plan", "Priority", "To go", "Reached, or predicted", "Work order")
    all_of_them = link(f"All {count_of(rows[0].total, 'due')} without a work order", "/dues?tab=open")
    below = [all_of_them, *([" · ", ordered] if ordered else [])]
    return html.Div([small_table(heads, cells, "Maintenance due without a work order"), note(below)])


def load_machine(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What is due at a machine, and its work orders."""
    key = parameters["key"]
    return {"key": key, "dues": dues_of_machine(key), "orders": orders_of_machine(key)}


def render_machine(data: Mapping[str, Any]) -> Any:
    """Two tables: dues with their orders, and orders."""
    dues: Sequence[MachineDue] = data["dues"]
    orders: Sequence[MachineOrder] = data["orders"]
    parts: list[Any] = []
    if dues:
        lines = [
            [
                row.plan_name,
                status_badge(row.state, DUE_STATES),
                "–" if row.due_hours is None else hours_text(row.due_hours),
                row.due_date or "–",
                row.detected_on,
                _answer(row),
            ]
            for row in dues
        ]
        heads = ("Plan", "Status", "Due at counter", "Due on", "Detected on", "Work order")
        parts.append(small_table(heads, lines, "Maintenance due"))
    else:
        parts.append(note("Nothing has been due at this machine."))
    if orders:
        lines = [
            [
                link(order_number(order.id), f"/work-orders/{order.id}"),
                order.title,
                status_badge(order.status, ORDER_STATES),
                f"{order.priority}",
                order.planned_date or "–",
                order.completion_date or "–",
                "–" if order.completion_reading is None else hours_text(order.completion_reading),
            ]
            for order in orders
        ]
        columns = ("Work order", "Title", "Status", "Priority", "Planned for", "Done on", "At counter")
        parts.append(small_table(columns, lines, "Work orders"))
    else:
        parts.append(note("There has been no work order for this machine."))
    more = [
        link("All that was due", f"/dues?tab=all&equipment_id={data['key']}"),
        " · ",
        link("All work orders", f"/work-orders?tab=all&equipment_id={data['key']}"),
    ]
    return html.Div([*parts, note(more)], className="cmms-stack")


def _answer(row: MachineDue) -> Any:
    if row.work_order_id:
        return link(order_number(row.work_order_id), f"/work-orders/{row.work_order_id}")
    if row.state == "open":
        return row_button("dues.order", "Create work order", "plus", row.id) or "–"
    return row.reason or "–"


def load_history(parameters: Mapping[str, Any]) -> tuple[OrderStep, ...]:
    """The transitions of a work order."""
    return order_history(parameters["key"])


def render_history(rows: Sequence[OrderStep]) -> Any:
    """Who moved it when from where to where, newest first."""
    if not rows:
        return note("Nothing has happened to this order yet.")
    cells = [
        [
            moment(row.at),
            row.actor,
            find_status(row.from_status, ORDER_STATES).label if row.from_status else "–",
            status_badge(row.to_status, ORDER_STATES),
            row.note or "–",
        ]
        for row in rows
    ]
    return small_table(("When", "Who", "From", "To", "Note"), cells, "Transitions of the work order")


DUE_QUEUE = Widget(
    "due_queue",
    "Maintenance due",
    load_queue,
    render_queue,
    refresh_seconds=60,
    span=12,
    options=(_SORTED,),
    topics=("edits",),
)
MACHINE_WORK = Widget(
    "machine_work",
    "Maintenance due and work orders",
    load_machine,
    render_machine,
    refresh_seconds=60,
    span=12,
    topics=("edits",),
)
ORDER_HISTORY = Widget(
    "order_history", "History", load_history, render_history, refresh_seconds=60, span=12, topics=("edits",)
)
