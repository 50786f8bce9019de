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
from cmms.maintenance.orders.order_number import order_number
from cmms_ui.definition.schema import Choice, Field, Widget
from cmms_ui.definition.status import find_status
from cmms_ui.present_rows import hours_text
from cmms_ui.render.action_marks import row_button
from cmms_ui.render.marks import empty_state, status_badge
from cmms_ui.render.parts import link, moment, note, small_table
from cmms_ui.resources.dues import text
from cmms_ui.resources.dues.statuses import DUE_STATES
from cmms_ui.resources.maintenance_plans.plan_words import to_go_text
from cmms_ui.resources.schedules.statuses import SCHEDULE_STATES
from cmms_ui.resources.work_orders.statuses import ORDER_STATES

SHOWN = 10
_SORTED = Field(
    "sorted",
    text.SORT_BY,
    "choice",
    choices=(Choice("due", text.SORT_DUE), Choice("priority", text.SORT_PRIORITY)),
    default="due",
)


def load_queue(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What is due and has no work order, the most urgent first."""
    rows = next_dues(SHOWN, by_priority=parameters["sorted"] == "priority")
    return {"rows": rows, "ordered": count_ordered()}


def render_queue(data: Mapping[str, Any]) -> Any:
    """A line for each due, with a button that orders the work."""
    rows: Sequence[NextDue] = data["rows"]
    ordered = link(text.IN_PROGRESS.format(count=data["ordered"]), "/dues?tab=ordered") if data["ordered"] else None
    if not rows:
        return html.Div([empty_state(text.QUEUE_EMPTY, name="check"), ordered])
    cells = [
        [
            status_badge(row.state, SCHEDULE_STATES),
            link(row.equipment_number, f"/equipment/{row.equipment_id}"),
            row.plan_name,
            f"{row.priority}",
            to_go_text(row),
            row.predicted_date or text.NO_FORECAST,
            row_button("dues.order", text.CREATE_ORDER, "plus", row.id) or "–",
        ]
        for row in rows
    ]
    heads = (
        text.DUE_STATUS,
        text.MACHINE,
        text.PLAN,
        text.PRIORITY,
        text.TO_GO,
        text.REACHED_OR_PREDICTED,
        text.WORK_ORDER,
    )
    all_of_them = link(text.ALL_WITHOUT_ORDER.format(count=rows[0].total), "/dues?tab=open")
    below = [all_of_them, *([" · ", ordered] if ordered else [])]
    return html.Div([small_table(heads, cells, text.WITHOUT_ORDER), note(below)])


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
        heads = (text.PLAN, text.STATUS, text.DUE_AT_LIFE_HOURS, text.DUE_ON, text.DETECTED_ON, text.WORK_ORDER)
        parts.append(small_table(heads, lines, text.MAINTENANCE_DUE))
    else:
        parts.append(note(text.NONE_AT_MACHINE))
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
        columns = (
            text.WORK_ORDER,
            text.TITLE,
            text.STATUS,
            text.PRIORITY,
            text.PLANNED_FOR,
            text.DONE_ON,
            text.AT_COUNTER,
        )
        parts.append(small_table(columns, lines, text.WORK_ORDERS))
    else:
        parts.append(note(text.NO_ORDERS_OF_MACHINE))
    more = [
        link(text.ALL_DUES, f"/dues?tab=all&equipment_id={data['key']}"),
        " · ",
        link(text.ALL_ORDERS, f"/work-orders?tab=all&equipment_id={data['key']}"),
    ]
    return html.Div([*parts, note(more)], className="cmms-stack")


def _answer(row: MachineDue) -> Any:
    if row.work_order_id:
        return link(order_number(row.work_order_id), f"/work-orders/{row.work_order_id}")
    if row.state == "open":
        return row_button("dues.order", text.CREATE_ORDER, "plus", row.id) or "–"
    return row.reason or "–"


def load_history(parameters: Mapping[str, Any]) -> tuple[OrderStep, ...]:
    """The transitions of a work order."""
    return order_history(parameters["key"])


def render_history(rows: Sequence[OrderStep]) -> Any:
    """Who moved it when from where to where, newest first."""
    if not rows:
        return note(text.NO_HISTORY)
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
    return small_table((text.WHEN, text.WHO, text.FROM, text.TO, text.NOTE), cells, text.TRANSITIONS)


DUE_QUEUE = Widget(
    "due_queue",
    text.MAINTENANCE_DUE,
    load_queue,
    render_queue,
    refresh_seconds=60,
    span=12,
    options=(_SORTED,),
    topics=("edits",),
)
MACHINE_WORK = Widget(
    "machine_work",
    text.DUE_AND_ORDERS,
    load_machine,
    render_machine,
    refresh_seconds=60,
    span=12,
    topics=("edits",),
)
ORDER_HISTORY = Widget(
    "order_history", text.HISTORY, load_history, render_history, refresh_seconds=60, span=12, topics=("edits",)
)
